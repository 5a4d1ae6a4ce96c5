"""Microsoft's clouds: the one in which moves between tenants exist, and those that are refused.

Cross-tenant OneDrive moves exist in the worldwide cloud only: GCC, GCC High, DoD and the national
clouds are unsupported, and so is a move from one cloud to another ("Cross-tenant OneDrive
migration overview"; hosts from "National cloud deployments").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.errors import Refused


@dataclass(frozen=True, slots=True)
class Cloud:
    """Where one signs in, and where Microsoft Graph answers."""

    sign_in: str
    graph: str


WORLDWIDE = Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com")

GCC = "GCC (US government)"
GCC_HIGH = "GCC High (US government)"
DOD = "DoD (US government)"
CHINA = "China (21Vianet)"
GERMANY = "Germany (closed in 2021)"
BLEU = "Bleu (France)"
DELOS = "Delos (Germany)"
_ENDINGS = {
    "sharepoint-mil.us": DOD,
    "dod-graph.microsoft.us": DOD,
    "sharepoint.us": GCC_HIGH,
    "onmicrosoft.us": GCC_HIGH,
    "microsoftonline.us": GCC_HIGH,
    "microsoft.us": GCC_HIGH,
    "azure.us": GCC_HIGH,
    "sharepoint.cn": CHINA,
    "onmschina.cn": CHINA,
    "chinacloudapi.cn": CHINA,
    "microsoftonline.cn": CHINA,
    "sharepoint.de": GERMANY,
    "onmicrosoft.de": GERMANY,
    "microsoftonline.de": GERMANY,
    "sovcloud-identity.fr": BLEU,
    "sovcloud.fr": BLEU,
    "sovcloud-identity.de": DELOS,
    "sovcloud.de": DELOS,
}
_PARTS = {"GCC": GCC, "DODCON": GCC_HIGH, "DOD": DOD}
"""`tenant_region_sub_scope` in the OpenID configuration of a tenant."""


def other_cloud(name: str) -> str:
    """The cloud of this address, host or domain when it is not the worldwide one; else "".

    GCC shares the worldwide names: only `other_cloud_of` can tell.
    """
    host = (urlsplit(name).hostname or "") if "://" in name else name.partition("/")[0]
    host = host.strip().casefold().rpartition("@")[2]
    for ending, cloud in _ENDINGS.items():
        if host == ending or host.endswith(f".{ending}"):
            return cloud
    return ""


def other_cloud_of(configuration: Mapping[str, object]) -> str:
    """The same, from a tenant's OpenID configuration, which the sign-in gives to everybody."""
    part = str(configuration.get("tenant_region_sub_scope") or "")
    if part in _PARTS:
        return _PARTS[part]
    for name in ("cloud_instance_name", "msgraph_host"):
        cloud = other_cloud(str(configuration.get(name) or ""))
        if cloud:
            return cloud
    region = str(configuration.get("tenant_region_scope") or "")
    return GCC_HIGH if region == "USGov" else ""


def wrong_cloud(tenant: str, cloud: str) -> Refused:
    """The refusal of a tenant that lies in another cloud."""
    return Refused(
        "WRONG_CLOUD",
        f"The tenant {tenant} lies in the cloud {cloud}",
        "Moves of OneDrives between tenants exist in the worldwide cloud only, and not from one"
        " cloud to another.",
        "These OneDrives cannot be moved with this service: ask Microsoft which way there is.",
    )


def is_on_this_machine(cloud: Cloud) -> bool:
    """Whether both its addresses lead to this computer."""
    hosts = [urlsplit(address).hostname or "" for address in (cloud.sign_in, cloud.graph)]
    return all(host in ("localhost", "127.0.0.1", "::1") for host in hosts)
