"""The cmdlets that the practice shell has, and how PowerShell binds their parameters.

Names, parameters and values are those of the SharePoint Online module; sources are its reference
("Set-SPOCrossTenantRelationship" and others) and the syntax generated from the module in July 2025.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum, auto
from typing import Any

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_MOST = 2**32 - 1
_TIMES = ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p")
"""What PowerShell takes besides ISO 8601: the invariant culture, whose month comes first."""
BINDING = "System.Management.Automation.ParameterBindingException"
_UNKNOWN_COMMAND = "System.Management.Automation.CommandNotFoundException"
_VALIDATION = "System.ArgumentException"


class CmdletError(Exception):
    """What a cmdlet fails with: the sentence that is printed, and the .NET type of it."""

    def __init__(self, message: str, type_name: str) -> None:
        super().__init__(message)
        self.message = message
        self.type_name = type_name


class Kind(StrEnum):
    """The .NET types of parameters."""

    TEXT = auto()
    URL = auto()
    TIME = auto()
    SWITCH = auto()
    NUMBER = auto()
    GUID = auto()
    WORD = auto()
    """An enumeration."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a cmdlet."""

    name: str
    kind: Kind = Kind.TEXT
    needed: bool = False
    words: tuple[str, ...] = ()
    type_name: str = "System.String"
    alone: bool = False
    """At most one of these may be given: each opens a parameter set of its own."""


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """One cmdlet."""

    name: str
    parameters: tuple[Parameter, ...] = ()


def _url(name: str) -> Parameter:
    return Parameter(name, Kind.URL, True)


def _time(name: str) -> Parameter:
    return Parameter(name, Kind.TIME, type_name="System.DateTime")


def _word(name: str, words: str, type_name: str, *, needed: bool = False) -> Parameter:
    return Parameter(name, Kind.WORD, needed, tuple(words.split()), type_name)


_UPN = Parameter("SourceUserPrincipalName", needed=True)
_PARTNER = _url("PartnerCrossTenantHostUrl")
_CLIENT = "Microsoft.SharePoint.Client.Administration"
_ROLE = f"{_CLIENT}.OrgRelationRole"
_RELATION = (
    _word("Scenario", "None MnA", f"{_CLIENT}.OrgRelationScenario", needed=True),
    _word("PartnerRole", "None Source Target", _ROLE, needed=True),
    _PARTNER,
)
_STATES = "NotStarted InProgress Success Failed Stopped Queued NotSupported Rescheduled All"
_FIELDS = "SourceUserKey TargetUserPuid TargetUserUpn TargetUserEmail"
_SHELL = "Microsoft.Online.SharePoint.PowerShell"
_SWITCH = "System.Management.Automation.SwitchParameter"
_VERBOSE = Parameter("Verbose", Kind.SWITCH, type_name=_SWITCH)
CMDLETS = (
    Cmdlet(
        "Connect-SPOService",
        (
            _url("Url"),
            Parameter("Credential"),
            Parameter("UseSystemBrowser", Kind.SWITCH, type_name="System.Boolean"),
            Parameter("ClientId", Kind.GUID, type_name="System.Guid"),
            Parameter("TenantId"),
            Parameter("CertificatePath"),
            Parameter("CertificatePassword"),
            Parameter("CertificateThumbprint"),
            _word("Region", "Default ITAR Germany China Delos France", f"{_SHELL}.AuthRegion"),
            Parameter("AuthenticationUrl"),
        ),
    ),
    Cmdlet("Disconnect-SPOService"),
    Cmdlet("Get-SPOCrossTenantHostUrl"),
    Cmdlet("Set-SPOCrossTenantRelationship", _RELATION),
    Cmdlet("Verify-SPOCrossTenantRelationship", _RELATION),
    Cmdlet("Test-SPOCrossTenantRelationship", _RELATION),
    Cmdlet("Remove-SPOCrossTenantRelationship", _RELATION),
    Cmdlet("Get-SPOCrossTenantCompatibilityStatus", (_PARTNER,)),
    Cmdlet("Add-SPOTenantIdentityMap", (Parameter("IdentityMapPath", needed=True),)),
    Cmdlet(
        "Get-SPOTenantIdentityMappingUser",
        (
            _word("Field", _FIELDS, f"{_CLIENT}.TenantIdentityMappingUserField", needed=True),
            Parameter("Value", needed=True),
        ),
    ),
    Cmdlet(
        "Start-SPOCrossTenantUserContentMove",
        (
            _UPN,
            Parameter("TargetUserPrincipalName", needed=True),
            _url("TargetCrossTenantHostUrl"),
            _time("PreferredMoveBeginDate"),
            _time("PreferredMoveEndDate"),
            Parameter("ValidationOnly", Kind.SWITCH, type_name=_SWITCH),
            Parameter("Force", Kind.SWITCH, type_name=_SWITCH),
        ),
    ),
    Cmdlet("Stop-SPOCrossTenantUserContentMove", (_UPN,)),
    Cmdlet(
        "Get-SPOCrossTenantUserContentMoveState",
        (
            _PARTNER,
            Parameter("SourceUserPrincipalName", alone=True),
            Parameter("SiteMoveId", Kind.GUID, type_name="System.Guid", alone=True),
            Parameter("Limit", Kind.NUMBER, type_name="System.UInt32"),
            _time("MoveStartTime"),
            _time("MoveEndTime"),
            _word("MoveState", _STATES, f"{_SHELL}.MoveState"),
            _word("MoveDirection", "MoveOut MoveIn All", f"{_SHELL}.MoveDirection"),
            _word("PartnerRole", "None Source Target", _ROLE),
        ),
    ),
)
_BY_NAME = {each.name.casefold(): each for each in CMDLETS}
_REPORT = ("Limit", "MoveStartTime", "MoveEndTime", "MoveState", "MoveDirection")
"""They belong to the list; PowerShell finds no set that has them together with one move."""


def find_cmdlet(name: str) -> Cmdlet:
    """Raises CmdletError for a name that the module does not have."""
    found = _BY_NAME.get(name.casefold())
    if found is None:
        raise CmdletError(
            f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, "
            "or operable program. Check the spelling of the name, or if a path was included, "
            "verify that the path is correct and try again.",
            _UNKNOWN_COMMAND,
        )
    return found


def bind(cmdlet: Cmdlet, given: Mapping[str, object]) -> dict[str, Any]:
    """The values by the right name of each parameter; times are aware, in UTC.

    A time with Z is of kind Utc and stays what it is. One without a zone is of kind Unspecified,
    which .NET takes for local: it shifts by the offset of this computer. Raises CmdletError.
    """
    known = {each.name.casefold(): each for each in (*cmdlet.parameters, _VERBOSE)}
    bound: dict[str, Any] = {}
    for name, value in given.items():
        parameter = known.get(name.casefold())
        if parameter is None:
            message = f"A parameter cannot be found that matches parameter name '{name}'."
            raise CmdletError(message, BINDING)
        if parameter.name in bound:
            raise CmdletError(
                f"Cannot bind parameter because parameter '{parameter.name}' is specified more "
                "than once.",
                BINDING,
            )
        bound[parameter.name] = _value(parameter, value)
    missing = [each.name for each in cmdlet.parameters if each.needed and each.name not in bound]
    if missing:
        raise CmdletError(
            "Cannot process command because of one or more missing mandatory parameters: "
            f"{' '.join(missing)}.",
            BINDING,
        )
    _check_sets(cmdlet, bound)
    return bound


def _check_sets(cmdlet: Cmdlet, bound: Mapping[str, Any]) -> None:
    alone = [each.name for each in cmdlet.parameters if each.alone and each.name in bound]
    if len(alone) > 1 or (alone and any(each in bound for each in _REPORT)):
        message = "Parameter set cannot be resolved using the specified named parameters."
        raise CmdletError(message, BINDING)


def _value(parameter: Parameter, value: object) -> Any:
    found = _READERS[parameter.kind](parameter, value)
    if found is None:
        shown = value if isinstance(value, str) else str(value)
        raise CmdletError(
            f"Cannot bind parameter '{parameter.name}'. Cannot convert value \"{shown}\" to type "
            f'"{parameter.type_name}". {_reason(parameter)}'.rstrip(),
            BINDING,
        )
    if found == "":
        raise CmdletError(
            f"Cannot bind argument to parameter '{parameter.name}' because it is an empty string.",
            BINDING,
        )
    return found


def _reason(parameter: Parameter) -> str:
    if parameter.kind is Kind.TIME:
        return 'Error: "String was not recognized as a valid DateTime."'
    if parameter.kind is Kind.WORD:
        return (
            'Error: "Unable to match the identifier name to a valid enumerator name. Specify one '
            f'of the following enumerator names and try again: {", ".join(parameter.words)}"'
        )
    return ""


def _text(_parameter: Parameter, value: object) -> Any:
    return value if isinstance(value, str) else None


def _address(parameter: Parameter, value: object) -> Any:
    if not isinstance(value, str) or not value:
        return value if isinstance(value, str) else None
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value, re.IGNORECASE):
        message = "Invalid URI: The format of the URI could not be determined."
        raise CmdletError(f"{message} ({parameter.name})", _VALIDATION)
    return value


def _moment(_parameter: Parameter, value: object) -> Any:
    moment = _read_time(value) if isinstance(value, str) else None
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _read_time(text: str) -> datetime | None:
    readers: Sequence[Any] = (
        datetime.fromisoformat,
        *(lambda each, form=form: datetime.strptime(each, form) for form in _TIMES),  # noqa: DTZ007 - a time without a zone is the point
    )
    for read in readers:
        try:
            found: datetime = read(text.strip())
        except ValueError:
            continue
        return found
    return None


def _switch(_parameter: Parameter, value: object) -> Any:
    return value if isinstance(value, bool) else None


def _number(_parameter: Parameter, value: object) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= _MOST else None


def _guid(_parameter: Parameter, value: object) -> Any:
    text = value.casefold().strip("{}") if isinstance(value, str) else ""
    return text if _GUID.fullmatch(text) else None


def _enumerated(parameter: Parameter, value: object) -> Any:
    if not isinstance(value, str):
        return None
    found = [word for word in parameter.words if word.casefold() == value.strip().casefold()]
    return found[0] if found else None


_READERS = {
    Kind.TEXT: _text,
    Kind.URL: _address,
    Kind.TIME: _moment,
    Kind.SWITCH: _switch,
    Kind.NUMBER: _number,
    Kind.GUID: _guid,
    Kind.WORD: _enumerated,
}
