"""What a failed start means: was it taken, refused for good, or does nobody know?"""

from __future__ import annotations

from enum import Enum, auto

from app.errors import ServiceError, SignInRequired, Throttled

_ALREADY_SUBMITTED = "mnasitemoveisinprogressorfinished"
_FOR_ALL = frozenset({403, 501})
"""Refusals that are not about the person: a right is missing, or both tenants share a farm."""
OF_TENANTS = frozenset(
    {
        "FeatureIsNotEnabled",
        "MnATrustNoSetupForPartner",
        "MnAReverseTrustNeedsRequiredPartnerRole",
        "MnATrustWrongCmdletUsage",
        "MnAFatalErrorAdminSiteCouldNotBeUsedAsMySiteHost",
        "MnABYOKEnabledOnSourceTenant",
        "MnAPartnersOnTheSameFarm",
        "MnATargetSideEnvironmentHasConditionsThatBlockTheMove",
        "MnAPartnersFarmsAreIncompatible",
    }
)
"""What the service says of the two tenants: the next person would be told the same."""
_TRUST = "mnatrust"


class Outcome(Enum):
    """What became of a start that brought an error."""

    NOT_TAKEN = auto()
    """The service did not look at it; it may be sent again."""
    THERE_ALREADY = auto()
    """The service has a move of this source: look it up now."""
    NOBODY_KNOWS = auto()
    """It may have arrived: look it up when it has had time to appear, never send it again."""
    REFUSED = auto()
    """Refused for this person; nothing was begun."""

    @property
    def wants_look_up(self) -> bool:
        """Only the service can say what became of it."""
        return self in (Outcome.THERE_ALREADY, Outcome.NOBODY_KNOWS)


def outcome_of(error: ServiceError) -> Outcome:
    """What the error of a start says of the move."""
    if isinstance(error, Throttled | SignInRequired) or error.status == 403:
        return Outcome.NOT_TAKEN
    if error.is_transient:
        return Outcome.NOBODY_KNOWS
    if error.code.casefold() == _ALREADY_SUBMITTED:
        return Outcome.THERE_ALREADY
    return Outcome.REFUSED


def is_of_tenants(code: str) -> bool:
    """The code says something of the two tenants, as every code of the trust does."""
    return code in OF_TENANTS or code.casefold().startswith(_TRUST)


class RefusalWatch:
    """Sees when refusals are not about the people any more, so that the run should pause."""

    _SAME_IN_A_ROW = 10

    def __init__(self) -> None:
        self._code, self._count = "", 0

    def accepted(self) -> None:
        """A start was accepted."""
        self._code, self._count = "", 0

    def should_pause(self, error: ServiceError) -> bool:
        """The start was refused; True when the next person would be refused for the same reason."""
        self._count = self._count + 1 if error.code == self._code else 1
        self._code = error.code
        of_all = error.status in _FOR_ALL or is_of_tenants(error.code)
        if of_all or self._count >= self._SAME_IN_A_ROW:
            self.accepted()
            return True
        return False
