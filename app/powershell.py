"""The PowerShell of every act: the right cmdlets, quoted safely, with times that are plainly UTC.

Names and parameters as the SharePoint Online module has them ("SharePoint Online PowerShell
reference" and "Cross-tenant OneDrive migration", steps 1 to 7). The examples of the articles cannot
be pasted: they have long dashes, a stray blank, and once a cmdlet of another feature.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from app.model import Side

_SINGLE_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
"""PowerShell ends a quoted text at any of these ("about_Quoting_Rules" and its language
specification, 2.3.5.2); twice, each stands for itself."""
_HOST = re.compile(r"https://([a-z0-9-]+)-my\.sharepoint\.com/?", re.IGNORECASE)
_PARTNER_ROLE = {Side.SOURCE: "Target", Side.TARGET: "Source"}
"""The role is the partner's: on the source tenant the partner is the target."""
SOURCE_ADMIN, TARGET_ADMIN = (
    "https://<source>-admin.sharepoint.com",
    ("https://<target>-admin.sharepoint.com"),
)
SOURCE_HOST, TARGET_HOST = (
    "https://<source>-my.sharepoint.com",
    ("https://<target>-my.sharepoint.com"),
)
"""What stands where an address is not known, to be filled in."""


def quoted(text: str) -> str:
    """A text as one word of PowerShell, whatever is in it.

    A control character, which no name has, becomes U+FFFD, so that nothing begins a line.
    """
    return f"'{_SINGLE_QUOTES.sub(lambda found: found[0] * 2, _one_line(text))}'"


def comment(text: str) -> str:
    """A text as a comment of one line."""
    return f"# {_one_line(text)}".rstrip()


def utc(moment: datetime) -> str:
    """A moment whose kind says that it is UTC, so that no conversion moves it.

    A text without a zone would be taken for local time and moved by the computer's offset.
    """
    there = moment.astimezone(UTC)
    numbers = (there.year, there.month, there.day, there.hour, there.minute, there.second)
    return f"([DateTime]::new({', '.join(map(str, numbers))}, [DateTimeKind]::Utc))"


def admin_url(host: str, unknown: str) -> str:
    """The address to sign in at, from a OneDrive host; `unknown` when it is of another form."""
    found = _HOST.fullmatch(host)
    return f"https://{found[1]}-admin.sharepoint.com" if found else unknown


def connect(admin: str) -> str:
    """Sign in to a tenant. A second one in the same window replaces the first (step 1)."""
    return f"Connect-SPOService -Url {quoted(admin)}"


def start_move(
    source_upn: str,
    target_upn: str,
    target_host: str,
    begin_utc: datetime | None = None,
    end_utc: datetime | None = None,
) -> str:
    """Start one move (on the source); begin and end are preferences (step 6)."""
    words = [
        "Start-SPOCrossTenantUserContentMove",
        f"-SourceUserPrincipalName {quoted(source_upn)}",
        f"-TargetUserPrincipalName {quoted(target_upn)}",
        f"-TargetCrossTenantHostUrl {quoted(target_host)}",
    ]
    if begin_utc is not None:
        words.append(f"-PreferredMoveBeginDate {utc(begin_utc)}")
    if end_utc is not None:
        words.append(f"-PreferredMoveEndDate {utc(end_utc)}")
    return " ".join(words)


def stop_move(source_upn: str) -> str:
    """Cancel one move (on the source); refused once it is in progress, rescheduled or done."""
    return f"Stop-SPOCrossTenantUserContentMove -SourceUserPrincipalName {quoted(source_upn)}"


def move_state(source_upn: str, partner_host: str) -> str:
    """Ask what became of one move."""
    return (
        f"Get-SPOCrossTenantUserContentMoveState -PartnerCrossTenantHostUrl {quoted(partner_host)}"
        f" -SourceUserPrincipalName {quoted(source_upn)}"
    )


def upload_map(path: str) -> str:
    """Upload the whole identity map (on the target); what was there before is replaced (step 5)."""
    return f"Add-SPOTenantIdentityMap -IdentityMapPath {quoted(path)}"


def read_map(source_upn: str) -> str:
    """Read one entry of the identity map back (on the target)."""
    return f"Get-SPOTenantIdentityMappingUser -Field SourceUserKey -Value {quoted(source_upn)}"


def compatibility(target_host: str) -> str:
    """Ask whether the two tenants fit (on the source only)."""
    return f"Get-SPOCrossTenantCompatibilityStatus -PartnerCrossTenantHostUrl {quoted(target_host)}"


def set_trust(side: Side, partner_host: str) -> str:
    """Trust the partner (step 2), on the tenant of this side."""
    return f"Set-SPOCrossTenantRelationship {_partner(side, partner_host)}"


def verify_trust(side: Side, partner_host: str) -> str:
    """Ask whether the trust holds (step 3), on the tenant of this side."""
    return f"Verify-SPOCrossTenantRelationship {_partner(side, partner_host)}"


def remove_trust(side: Side, partner_host: str) -> str:
    """Remove the trust (step 7), on the tenant of this side.

    The article's example for the target prints the role `Target` with the target's own address;
    by the parameter's meaning the partner there is the source.
    """
    return f"Remove-SPOCrossTenantRelationship {_partner(side, partner_host)}"


def list_redirects() -> str:
    """List what stands in the places of the moved OneDrives (on the source, step 7)."""
    return "Get-SPOSite -Template 'RedirectSite#0' -Limit All | Select-Object Url, Title"


def as_file(lines: Iterable[str]) -> Iterator[bytes]:
    """A script as Windows PowerShell 5.1 and PowerShell 7 both read it: UTF-8 with a mark."""
    yield "\ufeff".encode()
    for line in lines:
        yield f"{line}\r\n".encode()


def _partner(side: Side, host: str) -> str:
    role = _PARTNER_ROLE[side]
    return f"-Scenario MnA -PartnerRole {role} -PartnerCrossTenantHostUrl {quoted(host)}"


def _one_line(text: str) -> str:
    return "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs") else char
        for char in text
    )
