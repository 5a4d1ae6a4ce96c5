"""Every address of the contract: who answers it, on which tenant, with which permission."""

from __future__ import annotations

from typing import Any

from app.practice import directory_web, mappings_web, tasks_web
from app.practice.access import (
    MANAGE_MOVES,
    READ_DIRECTORY,
    READ_FILES,
    READ_LICENCES,
    READ_MOVES,
    READ_NAMES,
    READ_ONESELF,
    READ_ORGANIZATION,
    READ_SITES,
    READ_USERS,
    Side,
)
from app.practice.batch import Batch
from app.practice.directory_web import DirectoryCalls
from app.practice.mappings_web import GROUPS, USERS, Mappings
from app.practice.routes import BETA, Route
from app.practice.tasks_web import TASKS, Tasks

_LIST_OPTIONS = ("$top", "$skip", "$filter", "$select", "$count", "$orderby", "$skiptoken")
_SELECT = ("$select",)
_NAMESPACE = r"(?:microsoft\.graph\.)?"
_USER = r"/users(?:/([^/]+)|\('((?:[^']|'')+)'\))"
_TASK = rf"{TASKS}(?:/([^/()]+)|\('?([^/'()]+)'?\))"
_TASK_ID = {"id": "6b1c2f0e-8f3d-4a54-9d0b-2f6f6f0a9c11"}
_A_USER = {"user": "ana@tailspin.onmicrosoft.com"}
_BY_UPN = {"$filter": "userPrincipalName in ('ana@tailspin.com', 'ben@tailspin.com')"}
_DENIED = "Authorization_RequestDenied"
_TENANT_ID = "2d7c5a10-40c5-4a6c-bc9d-77e8a8c20001"

_START: dict[str, Any] = {
    "parameters": {
        "@odata.type": "#microsoft.graph.sharePointUserMigrationTaskParameters",
        "targetOrganizationHost": "https://northwind-my.sharepoint.com",
        "sourceUserIdentity": {"userPrincipalName": "ana@tailspin.onmicrosoft.com"},
        "targetUserIdentity": {"userPrincipalName": "ana@northwind.onmicrosoft.com"},
    }
}
_USER_CHANGE: dict[str, Any] = {
    "@context": "#$delta",
    "value": [
        {
            "@odata.type": "#microsoft.graph.sharePointUserIdentityMapping",
            "sourceOrganizationId": _TENANT_ID,
            "userType": "regularUser",
            "sourceUserIdentity": {"userPrincipalName": "ana@tailspin.onmicrosoft.com"},
            "targetUserIdentity": {"userPrincipalName": "ana@northwind.onmicrosoft.com"},
            "targetUserMigrationData": {"email": "ana@northwind.com"},
        }
    ],
}
_GROUP_CHANGE: dict[str, Any] = {
    "@context": "#$delta",
    "value": [
        {
            "@odata.type": "#microsoft.graph.sharePointGroupIdentityMapping",
            "sourceOrganizationId": _TENANT_ID,
            "groupType": "m365Group",
            "sourceGroupIdentity": {"id": "0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c0001"},
            "targetGroupIdentity": {"id": "0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c0002"},
            "targetGroupMigrationData": {"mailNickname": "sales"},
        }
    ],
}
_BATCH: dict[str, Any] = {
    "requests": [
        {"id": "1", "method": "GET", "url": "/users/ana@tailspin.onmicrosoft.com?$select=id"},
        {"id": "2", "method": "GET", "url": "/organization", "dependsOn": ["1"]},
    ]
}


def task_routes(tasks: Tasks) -> list[Route]:
    """The calls on tasks: beta, the source tenant."""
    read: dict[str, Any] = {
        "versions": BETA,
        "side": Side.SOURCE,
        "permissions": (READ_MOVES,),
        "properties": tasks_web.PROPERTIES,
    }
    manage: dict[str, Any] = {
        "versions": BETA,
        "side": Side.SOURCE,
        "permissions": (MANAGE_MOVES,),
    }
    by_source = [
        (tasks.read_by_source_user, "UserPrincipalName", "sourcePrincipalName", "ana@tailspin.com"),
        (
            tasks.read_by_source_site,
            "SiteUrl",
            "sourceSiteUrl",
            "https://tailspin.sharepoint.com/sites/a",
        ),
        (tasks.read_by_source_group, "GroupMailNickname", "sourceGroupMailNickname", "sales"),
    ]
    return [
        Route("GET", TASKS, tasks.read_all, "List the tasks", pattern=f"{TASKS}/?",
              options=_LIST_OPTIONS, answer="tasks", **read),
        Route("POST", TASKS, tasks.create, "Start a move", pattern=f"{TASKS}/?",
              request="userTask", answer="wholeTask", errors=(409, 422, 501), example=_START,
              **manage),
        Route("GET", f"{TASKS}/$count", tasks.count, "Count the tasks", options=("$filter",),
              **read),
        *(
            Route("GET", f"{TASKS}/getBySource{what}({name}='{{value}}')", handle,
                  f"The task of a source, by {name}",
                  pattern=rf"{TASKS}/{_NAMESPACE}getBySource{what}((?:\(.*)?)",
                  options=_SELECT, answer="task", errors=(422,), parameters={"value": example},
                  **read)
            for handle, what, name, example in by_source
        ),
        Route("GET", f"{TASKS}/{{id}}", tasks.read_one, "Read a task", pattern=_TASK,
              options=_SELECT, answer="task", errors=(422,), parameters=_TASK_ID, **read),
        Route("POST", f"{TASKS}/{{id}}/cancel", tasks.cancel, "Cancel a task that does not run yet",
              pattern=rf"{_TASK}/{_NAMESPACE}cancel", success=204, errors=(409, 422),
              parameters=_TASK_ID, **manage),
    ]  # fmt: skip


def mapping_routes(mappings: Mappings) -> list[Route]:
    """The calls on the identity map: beta, the target tenant."""
    either: dict[str, Any] = {"versions": BETA, "side": Side.TARGET}
    user_key, group_key = "sourceUserPrincipalName", "sourceGroupObjectId"
    return [
        Route("PATCH", USERS, mappings.change_users, "Add, change and remove up to 50 users",
              request="userMappings", answer="userMappings", example=_USER_CHANGE,
              permissions=(MANAGE_MOVES,), **either),
        Route("GET", f"{USERS}({user_key}='{{value}}')", mappings.user, "Look a user up",
              pattern=rf"{USERS}(\(.*)", options=_SELECT, answer="userMapping",
              properties=mappings_web.USER_PROPERTIES, permissions=(READ_MOVES,),
              parameters={"value": "ana@tailspin.onmicrosoft.com"}, **either),
        Route("PATCH", GROUPS, mappings.change_groups, "Add, change and remove up to 50 groups",
              request="groupMappings", answer="groupMappings", example=_GROUP_CHANGE,
              permissions=(MANAGE_MOVES,), **either),
        Route("GET", f"{GROUPS}({group_key}='{{value}}')", mappings.group, "Look a group up",
              pattern=rf"{GROUPS}(\(.*)", options=_SELECT, answer="groupMapping",
              properties=mappings_web.GROUP_PROPERTIES, permissions=(READ_MOVES,),
              parameters={"value": "0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c0001"}, **either),
    ]  # fmt: skip


def directory_routes(directory: DirectoryCalls) -> list[Route]:
    """The calls on people, licences and the organization: either version, either tenant."""
    user: dict[str, Any] = {"options": _SELECT, "parameters": _A_USER}
    return [
        Route("GET", "/users", directory.users, "Read people by their UPNs",
              options=("$filter", "$select"), properties=directory_web.USER_PROPERTIES,
              answer="users", refusal=_DENIED, parameters=_BY_UPN,
              permissions=(READ_NAMES, READ_USERS, READ_DIRECTORY)),
        Route("GET", "/users/{user}", directory.user, "Read a person", pattern=_USER,
              properties=directory_web.USER_PROPERTIES, answer="user", refusal=_DENIED,
              permissions=(READ_NAMES, READ_USERS, READ_DIRECTORY), **user),
        Route("GET", "/users/{user}/drive", directory.drive,
              "Read a OneDrive; a delegated call makes a missing one", pattern=f"{_USER}/drive",
              properties=directory_web.DRIVE_PROPERTIES, answer="drive",
              permissions=(READ_FILES, READ_SITES), **user),
        Route("GET", "/users/{user}/licenseDetails", directory.licences, "Read a person's licences",
              pattern=f"{_USER}/licenseDetails", properties=directory_web.LICENCE_PROPERTIES,
              answer="licences", refusal=_DENIED,
              permissions=(READ_LICENCES, READ_USERS, READ_DIRECTORY), **user),
        Route("GET", "/subscribedSkus", directory.skus, "Read the licences of the tenant",
              options=_SELECT, properties=directory_web.SKU_PROPERTIES, answer="skus",
              refusal=_DENIED, permissions=(READ_LICENCES, READ_ORGANIZATION, READ_DIRECTORY)),
        Route("GET", "/organization", directory.organization, "Read the tenant and its domains",
              options=_SELECT, properties=directory_web.ORGANIZATION_PROPERTIES,
              answer="organizations", refusal=_DENIED,
              permissions=(READ_ORGANIZATION, READ_USERS, READ_DIRECTORY, READ_ONESELF)),
    ]  # fmt: skip


def batch_route(batch: Batch) -> Route:
    """Many calls in one."""
    return Route(
        "POST", "/$batch", batch, "Make up to twenty calls at once",
        request="batch", answer="batch", example=_BATCH,
    )  # fmt: skip
