"""What to paste into the management shell to set up and verify trust, and to ask for a fit."""

from __future__ import annotations

from app import powershell
from app.gate_values import Command
from app.model import Side

_OTHER = {Side.SOURCE: Side.TARGET, Side.TARGET: Side.SOURCE}
_ADMINS = {Side.SOURCE: powershell.SOURCE_ADMIN, Side.TARGET: powershell.TARGET_ADMIN}


def trust_commands(side: Side, source_host: str, target_host: str) -> tuple[Command, ...]:
    """For this side: connect, read the own address, set the relation, verify it.

    A host that is "" is written as `https://<source>-my.sharepoint.com`, to be filled in with what
    `Get-SPOCrossTenantHostUrl` prints on the other side.
    """
    hosts = _hosts(source_host, target_host)
    partner = hosts[_OTHER[side]]
    return (
        _connect(side, hosts),
        Command(side, "Get-SPOCrossTenantHostUrl"),
        Command(side, powershell.set_trust(side, partner)),
        Command(side, powershell.verify_trust(side, partner)),
    )


def compatibility_commands(source_host: str, target_host: str) -> tuple[Command, ...]:
    """Asked on the source only."""
    hosts = _hosts(source_host, target_host)
    asked = powershell.compatibility(hosts[Side.TARGET])
    return (_connect(Side.SOURCE, hosts), Command(Side.SOURCE, asked))


def likely_host(initial_domain: str) -> str:
    """`https://contoso-my.sharepoint.com` for `contoso.onmicrosoft.com`; "" when it is none.

    A guess, as tenants get renamed: only for texts that the admin reads.
    """
    name, dot, rest = initial_domain.casefold().partition(".")
    return f"https://{name}-my.sharepoint.com" if dot and rest == "onmicrosoft.com" else ""


def _connect(side: Side, hosts: dict[Side, str]) -> Command:
    return Command(side, powershell.connect(powershell.admin_url(hosts[side], _ADMINS[side])))


def _hosts(source_host: str, target_host: str) -> dict[Side, str]:
    return {
        Side.SOURCE: source_host.rstrip("/") or powershell.SOURCE_HOST,
        Side.TARGET: target_host.rstrip("/") or powershell.TARGET_HOST,
    }
