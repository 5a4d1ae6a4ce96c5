"""The sentences of the gates before a start: a name, how each stands, and what to do."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from app.errors import AppError
from app.gate_values import Gate, GateCode, Settled
from app.model import Level, Side
from app.plan import both_times

TITLES: dict[GateCode, str] = {
    GateCode.WORKBOOK: "Workbook",
    GateCode.SIGN_IN: "Sign-in on both sides",
    GateCode.SIDES: "Source and target the right way round",
    GateCode.TARGET_HOST: "Target address",
    GateCode.TRUST_SOURCE: "Trust, seen from the source",
    GateCode.TRUST_TARGET: "Trust, seen from the target",
    GateCode.COMPATIBILITY: "Compatibility",
    GateCode.IDENTITY_MAP: "Identity map",
    GateCode.LICENCES: "Licences",
    GateCode.PREFLIGHT: "Pre-flight of the rows",
    GateCode.QUEUE: "Room in the service's queue",
    GateCode.WINDOW: "Begin and end",
}
LEVELS: dict[Level, str] = {
    Level.PASS: "Passed",
    Level.WARN: "Warning",
    Level.BLOCK: "Blocks",
    Level.UNKNOWN: "Not known",
}
_LOOK = "Look by the commands below and say here what they printed."
_AGAIN = "Read it again in a minute."

STATES: dict[str, tuple[str, str]] = {
    "NOT_READ": ("It was not read yet.", "Read it."),
    "BOOK_GOOD": ("{people} people are to be started; nothing is wrong in their rows.", ""),
    "BOOK_GOOD_IN_PART": (
        "{people} people are to be started, {warned} of them with a warning in their row;"
        " {left_alone} other rows are left alone.",
        "Look at the warnings in the list before you go on.",
    ),
    "BOOK_NOBODY": (
        "Nobody can be started: every row is blocked, held back, or was started before.",
        "Correct the rows, save the workbook and read it again.",
    ),
    "BOOK_CHANGED": (
        "The workbook was changed on the disk after it was read.",
        "Read it again, so that what is started is what it says now.",
    ),
    "SIGN_IN_NOBODY": ("Nobody is signed in.", "Sign in to both tenants, or connect the practice."),
    "SIGN_IN_EXPIRED": (
        "The {side} tenant no longer accepts the sign-in. {why}",
        "Sign in to the {side} tenant again.",
    ),
    "SIGN_IN_NOT_READ": (
        "The {side} tenant did not say who it is. {why}",
        "Allow Organization.Read.All and read again; or look in Microsoft Entra at which tenant you"
        " are signed in, and say so here.",
    ),
    "SIGN_IN_GOOD": ("The source is {source}, the target is {target}.", ""),
    "SIDES_SAME": (
        "Both sides are signed in to the same tenant, {source}.",
        "Sign in to the other tenant on one side.",
    ),
    "SIDES_SWAPPED": (
        "The source column of the workbook belongs to {target}, which is signed in as the target:"
        " source and target are exchanged.",
        "Exchange the two sign-ins, or the two columns.",
    ),
    "SIDES_FOREIGN": (
        "Not every domain of the workbook is a verified one of its tenant: {domains}.",
        "Check the spelling and the sign-in. Accounts of such a domain are not in that tenant.",
    ),
    "SIDES_RIGHT": ("The workbook's domains belong to {source} and to {target}.", ""),
    "HOST_BAD": (
        "The target address cannot be used: {host}. {why}",
        "Enter what Get-SPOCrossTenantHostUrl prints on the target tenant.",
    ),
    "HOST_OTHER_NAME": (
        "The target address is {host}; by the tenant's first domain it would be {expected}. Tenants"
        " are renamed, so that this may be right.",
        "Compare it with what Get-SPOCrossTenantHostUrl prints on the target tenant.",
    ),
    "HOST_GOOD": ("{host}", ""),
    "CANNOT_BE_READ": ("The connected service cannot say this.", _LOOK),
    "WORD_NOT_READ": ("It could not be read. {why}", f"Read it again. Or: {_LOOK}"),
    "WORD_UNKNOWN": (
        "The answer was “{word}”, a word that this program does not know.",
        f"Ask Microsoft's support what it means. {_LOOK}",
    ),
    "CONFIRMED_LONG_AGO": (
        "{who} saw “{word}”, but that is too long ago to count.",
        _LOOK,
    ),
    "TRUST_GOOD": ("{word}", ""),
    "TRUST_MISSING": (
        "The {side} tenant has no relation with its partner yet ({word}).",
        "Run the third command below on the {side} tenant, then verify again.",
    ),
    "TRUST_MISSING_AT_PARTNER": (
        "The {side} tenant is ready, its partner is not ({word}).",
        "Ask the admin of the other tenant to set up the relation on their side.",
    ),
    "TRUST_DORMANT": (
        "The partner's relation is new and still rests ({word}). It may take up to seven days.",
        "Wait. Nothing can be started before that.",
    ),
    "TRUST_NO_CONTACT": (
        "The {side} tenant could not reach its partner ({word}).",
        "Check the partner's address in the command, then verify again.",
    ),
    "COMPATIBLE": ("{word}", ""),
    "COMPATIBLE_WITH_WARNING": (
        "{word}: the two tenants do not quite fit at present. Moves are possible; Microsoft"
        " recommends to wait.",
        "Wait some hours and ask again, or go on and say why.",
    ),
    "INCOMPATIBLE": (
        "{word}: the two tenants do not fit together now. A missing trust can be the reason too.",
        "Check the trust. Wait 48 hours and ask again; if it stays so, ask Microsoft's support.",
    ),
    "MAP_NOT_READ": (
        "The target tenant did not say what its identity map holds. {why}",
        _AGAIN,
    ),
    "MAP_OF_EARLIER": (
        "The workbook was changed after the identity map was compared with it.",
        "Read the map again.",
    ),
    "MAP_INCOMPLETE": (
        "Of the {people} people to be started, {missing} are not in the target's identity map, and"
        " {different} stand there with another target or type.",
        "Upload the map. The program reads it back and says what did not arrive.",
    ),
    "MAP_PARTLY_READ": (
        "{unread} of {people} entries could not be read from the target's identity map.",
        _AGAIN,
    ),
    "MAP_WITHOUT_OTHERS": (
        "The people to be started are in the identity map, but {others} others of the workbook are"
        " not, or not as they should be. They would lose access to what was shared with them.",
        "Upload the map.",
    ),
    "MAP_GOOD": (
        "All {entries} entries are in the target's identity map as the workbook wants them;"
        " {left_out} rows are left out because something is wrong with them.",
        "",
    ),
    "LICENCES_NOT_READ": (
        "The licences of the tenants could not be read. {why}",
        "Allow LicenseAssignment.Read.All and read again; or look in the admin centers for Cross"
        " Tenant User Data Migration, and say here what you found.",
    ),
    "LICENCES_NOT_FOUND": (
        "Neither tenant has a licence for moves that this program knows by name.",
        "Look in both admin centers for Cross Tenant User Data Migration. Microsoft has renamed it"
        " before; if it is there, go on and say so.",
    ),
    "LICENCES_TOO_FEW": (
        "{people} people are to be started; both tenants together bought {bought} licences for"
        " moves, of which {used} are assigned.",
        "Buy what is missing and assign it to the source or the target users, or start fewer.",
    ),
    "LICENCES_GOOD": (
        "{bought} licences for moves are bought, {used} are assigned; {people} are needed.",
        "",
    ),
    "PREFLIGHT_NOT_RUN": (
        "Nobody has asked the tenants about the rows yet.",
        "Run the pre-flight: it finds what would fail, row by row, before anything is started.",
    ),
    "PREFLIGHT_RUNNING": ("{done} of {total} rows are looked at.", "Wait until it is done."),
    "PREFLIGHT_TENANT": (
        "The pre-flight found what stops every move. {why}",
        "Correct that first.",
    ),
    "PREFLIGHT_IN_PART": (
        "{passed} rows pass, {warned} have a warning, {blocked} are blocked and left alone;"
        " {unknown} could not be judged, and {unchecked} were not looked at or have changed.",
        "Run the pre-flight again, or look at those rows by hand and say so.",
    ),
    "PREFLIGHT_WARNED": (
        "{passed} rows pass, {warned} have a warning, {blocked} are blocked and left alone.",
        "Look at the warnings in the list.",
    ),
    "PREFLIGHT_GOOD": ("{passed} rows pass, {blocked} are blocked and left alone.", ""),
    "QUEUE_NOT_READ": (
        "The service did not say how many moves it has in its queue. {why}",
        "Read it again, or count them in the shell, and say here what you found.",
    ),
    "QUEUE_FULL": (
        "{pending} moves are pending at the service, whoever started them, and it takes {limit}."
        " There is no room now; {reserve} places are kept free for others.",
        "Nothing is lost: what you start waits here and is sent as places get free.",
    ),
    "QUEUE_IN_TURNS": (
        "{pending} moves are pending at the service, so that there is room for {room}; {people} are"
        " to be started and {waiting} wait already. The rest is sent as places get free.",
        "",
    ),
    "QUEUE_GOOD": ("{pending} moves are pending at the service; there is room for {room}.", ""),
    "WINDOW_AT_ONCE": ("As soon as possible.", ""),
    "WINDOW_GOOD": ("{begin}", ""),
    "WINDOW_AT_ONCE_ELSE_CANCELLED": (
        "As soon as possible. What has not begun by {latest} is cancelled by the service.",
        "",
    ),
    "WINDOW_GOOD_ELSE_CANCELLED": (
        "{begin}. What has not begun by {latest} is cancelled by the service.",
        "",
    ),
    "WINDOW_LATEST_OVER": (
        "The latest start {latest} is over: the service would only cancel.",
        "Choose a later one, or none.",
    ),
    "WINDOW_PAST": ("The begin {begin} is over.", "Choose a later begin, or none."),
    "WINDOW_OVER": ("The end {end} is over.", "Choose a later end, or none."),
    "WINDOW_BACKWARDS": ("The end {end} is not after the begin.", "Choose a later end, or none."),
}
_SIDES = {Side.SOURCE: "On the source tenant", Side.TARGET: "On the target tenant"}


def title(gate: Gate) -> str:
    """The name of a gate."""
    return TITLES[gate.code]


def state(gate: Gate) -> str:
    """How the gate stands, in a sentence."""
    return _filled(STATES.get(gate.finding, (gate.finding, ""))[0], gate)


def what_to_do(gate: Gate) -> str:
    """What to do about it; "" when there is nothing to do."""
    return _filled(STATES.get(gate.finding, ("", ""))[1], gate)


def chain_held(batch: str, gate: Gate) -> AppError:
    """A batch that is to follow is held back by this gate."""
    first = "The commands stand with the gates." if gate.commands else what_to_do(gate)
    return AppError(
        "CHAIN_HELD",
        f"{batch} is held back: {title(gate)}",
        state(gate),
        f"{first} It follows by itself when this is put right: the gates are judged again every"
        " five minutes. Or cancel what still waits.",
    )


def chain_not_judged(batch: str, error: AppError) -> AppError:
    """It could not be seen whether a batch may follow."""
    return AppError(
        "CHAIN_NOT_JUDGED",
        f"{batch} is held back: the gates could not be read",
        f"{error.title}: {error.detail}".strip(": "),
        "It is tried again in five minutes, and follows when no gate blocks.",
    )


def on_side(side: Side) -> str:
    """Where a command belongs."""
    return _SIDES[side]


def age(gate: Gate, now: datetime) -> str:
    """How old the finding is, such as "3 minutes ago"; "" where nothing had to be read."""
    if gate.as_of is None:
        return ""
    return ago(now - gate.as_of)


def ago(passed: timedelta) -> str:
    """A length of time as an age."""
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for size, name in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"


def said_by_admin(gate: Gate, zone: str) -> str:
    """What an admin said of the gate, with who and when; "" when nobody did."""
    if gate.overridden is not None:
        return f"Passed over by {_signed(gate.overridden, zone)}: {gate.overridden.words}"
    if gate.confirmed is not None:
        return f"Seen by {_signed(gate.confirmed, zone)}: {gate.confirmed.words}"
    return ""


def _signed(said: Settled, zone: str) -> str:
    local, utc = both_times(said.at, zone)
    return f"{said.who}, {local}" + ("" if zone == "UTC" else f" = {utc}")


def _filled(text: str, gate: Gate) -> str:
    return text.format_map(defaultdict(lambda: "…", gate.values))
