"""What to paste into the management shell to set up and verify trust, and to ask for compatibility.

From "Cross-tenant OneDrive migration", steps 1, 2, 3 and 5. The samples printed there cannot be
pasted: some have en dashes for hyphens or a blank after the hyphen. `PartnerRole` is the role of
the partner, never one's own.
"""

from __future__ import annotations

from app.gate_values import Command
from app.model import Side

_OTHER = {Side.SOURCE: Side.TARGET, Side.TARGET: Side.SOURCE}
_ROLES = {Side.SOURCE: "Target", Side.TARGET: "Source"}
"""The partner's role, by the side on which the command is given."""
_UNKNOWN = {
    Side.SOURCE: "https://<source>-my.sharepoint.com",
    Side.TARGET: "https://<target>-my.sharepoint.com",
}


def trust_commands(side: Side, source_host: str, target_host: str) -> tuple[Command, ...]:
    """For this side: connect, read the own address, set the relation, verify it.

    A host that is "" is written as `https://<source>-my.sharepoint.com`, to be filled in with what
    `Get-SPOCrossTenantHostUrl` prints on the other side.
    """
    hosts = _hosts(source_host, target_host)
    partner = hosts[_OTHER[side]]
    relation = f"-Scenario MnA -PartnerRole {_ROLES[side]} -PartnerCrossTenantHostUrl '{partner}'"
    return (
        Command(side, f"Connect-SPOService -Url '{_admin(hosts[side])}'"),
        Command(side, "Get-SPOCrossTenantHostUrl"),
        Command(side, f"Set-SPOCrossTenantRelationship {relation}"),
        Command(side, f"Verify-SPOCrossTenantRelationship {relation}"),
    )


def compatibility_commands(source_host: str, target_host: str) -> tuple[Command, ...]:
    """Asked on the source only."""
    hosts = _hosts(source_host, target_host)
    asked = f"-PartnerCrossTenantHostUrl '{hosts[Side.TARGET]}'"
    return (
        Command(Side.SOURCE, f"Connect-SPOService -Url '{_admin(hosts[Side.SOURCE])}'"),
        Command(Side.SOURCE, f"Get-SPOCrossTenantCompatibilityStatus {asked}"),
    )


def likely_host(initial_domain: str) -> str:
    """`https://contoso-my.sharepoint.com` for `contoso.onmicrosoft.com`; "" when it is none.

    A guess, as tenants get renamed: only for texts that the admin reads.
    """
    name, dot, rest = initial_domain.casefold().partition(".")
    return f"https://{name}-my.sharepoint.com" if dot and rest == "onmicrosoft.com" else ""


def _hosts(source_host: str, target_host: str) -> dict[Side, str]:
    return {
        side: host.rstrip("/").replace("'", "''") or _UNKNOWN[side]
        for side, host in ((Side.SOURCE, source_host), (Side.TARGET, target_host))
    }


def _admin(host: str) -> str:
    return host.replace("-my.", "-admin.", 1)
