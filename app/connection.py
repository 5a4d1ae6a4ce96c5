"""Connection: which service and tenants a project was last connected to, kept in its journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

SETTING = "connection"
"""Its name among the kept values of a project."""
_SERVICES = {
    "practice": "Practice tenants: a rehearsal, no real OneDrive is moved",
    "graph": "Microsoft Graph (beta)",
    "shell": "SharePoint Online Management Shell",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """What reports and scripts say of the two sides; "" for what is not known."""

    service: str = ""
    """`Capabilities.name`"""
    source_name: str = ""
    target_name: str = ""
    source_host: str = ""
    """The OneDrive host of the source tenant, such as `https://contoso-my.sharepoint.com`."""
    target_host: str = ""

    @property
    def service_title(self) -> str:
        """The service in words."""
        return _SERVICES.get(self.service, self.service) or "Not noted"

    def as_setting(self) -> str:
        """How it is kept."""
        return json.dumps(asdict(self))


def kept_connection(settings: Mapping[str, str]) -> Connection:
    """The connection among the kept values; an empty one when there was none."""
    try:
        kept = json.loads(settings.get(SETTING, "{}"))
        return Connection(**{one.name: str(kept.get(one.name, "")) for one in fields(Connection)})
    except (ValueError, AttributeError):
        return Connection()
