"""The sentences for what is found in the identity map: a title, what happened, and what to do."""

from __future__ import annotations

from app.sentences import Text

_WHAT_IS_LEFT_OUT = "What is left out of the map loses access to what was shared with it."

MAP_TEXTS: dict[str, Text] = {
    "MAP_UPN_UNFIT": Text(
        "Not in the map: the UPN is wrong",
        "The UPN {upn} cannot stand in the identity map.",
        f"Correct the row; its own findings say how. {_WHAT_IS_LEFT_OUT}",
    ),
    "MAP_FORMULA": Text(
        "Not in the map: it begins like a formula",
        "The UPN {upn} begins with a character that makes a formula of it in Excel.",
        "Rename the user so that the UPN begins with a letter or a digit, or add this one entry in"
        " the management shell with Add-SPOTenantIdentityMappingUser.",
    ),
    "MAP_GUEST": Text(
        "A guest in the map",
        "{upn} is a guest and goes into the map as GuestUser. Microsoft does not say in words"
        " whether the map wants a guest's #EXT# name, as it is here, or the mail address.",
        "Make the guest on the target first. After the upload look whether the entry is there, and"
        " try one guest before you rely on it.",
    ),
    "MAP_MEMBER": Text(
        "A type that the map drops in silence",
        "The type “{word}” is a word of the directory; the map drops such a row without an error.",
        "Nothing needs to be done: it goes into the map as RegularUser or GuestUser. Write that"
        " word into your list, so that it is right for other tools too.",
    ),
    "MAP_USER_TYPE": Text(
        "Not in the map: no type of a user",
        "The type “{word}” is none that the map knows for a user.",
        "Write RegularUser, AdminUser or GuestUser.",
    ),
    "MAP_ADDRESS": Text(
        "Not in the map: the e-mail is wrong",
        "“{address}” is no e-mail address.",
        "Enter the e-mail address that the user has in the target tenant, or leave the cell empty.",
    ),
    "MAP_GROUP_ID": Text(
        "Not in the map: no object id",
        "A group is named by its object id in Microsoft Entra; “{id}” is none.",
        "Copy the object id from the group's page in Microsoft Entra. It looks like"
        " 0d5a3ee1-6a3c-4f4e-9d7b-5a3b1b1c0001.",
    ),
    "MAP_GROUP_TYPE": Text(
        "Not in the map: no type of a group",
        "The type “{word}” is none that the map can be given for a group.",
        "Write RegularGroup for a security group, O365Group for a Microsoft 365 group.",
    ),
    "MAP_GROUP_ALIAS": Text(
        "Not in the map: the alias is missing or wrong",
        "A Microsoft 365 group needs its alias in the target tenant; “{alias}” is none.",
        "Enter the alias, which is the part of the group's e-mail address before the @.",
    ),
    "MAP_TENANT_ID": Text(
        "No tenant id",
        "“{id}” is no tenant id.",
        "Enter the id of the source tenant, the same on every row. It is on the overview page of"
        " Microsoft Entra.",
    ),
    "MAP_OTHER_TENANT": Text(
        "Several source tenants in one map",
        "The row names the source tenant {id}, the first row names {first}.",
        "A map has one source tenant. Make a workbook of its own for each.",
    ),
    "MAP_SOURCE_TWICE": Text(
        "Not in the map: a source that stands twice",
        "{name} also stands in {cells}. A source has one target.",
        "Decide which is right and delete the other.",
    ),
    "MAP_TARGET_TWICE": Text(
        "Not in the map: a target that stands twice",
        "The target {name} also stands in {cells}. Two sources cannot become one target.",
        "Give each source a target of its own.",
    ),
    "MAP_DROPPED": Text(
        "The target tenant dropped this entry",
        "{name} was sent to the identity map and accepted without an error, but it is not there"
        " after three looks in half a minute.",
        "Check that {target} exists in the target tenant and that the type is right, wait a quarter"
        " of an hour, and read the map again. If it is still missing, upload it again.",
    ),
    "MAP_NOT_AS_SENT": Text(
        "The target tenant holds another entry",
        "{name} was sent with the target {target}, but the identity map says {theirs}.",
        "Wait a quarter of an hour and read the map again. If it stays so, somebody else changes"
        " the map: agree on one list, then upload it again.",
    ),
}
