"""The pre-flight of one project: fed with its rows and moves, and its results given away."""

from __future__ import annotations

from collections.abc import Callable

from app.book_thread import BookThread
from app.clock import Clock
from app.events import BookOpened, Event, MovesChanged, SettingsLoaded
from app.paths import data_dir
from app.preflight import Preflight
from app.preflight_ask import Pair
from app.preflight_board import SETTING
from app.preflight_values import RowCheck
from app.runner import MoveRunner

_PAIR = "preflight pair"
"""The kept value that names the tenants which the kept results are of."""


class PreflightLink:
    """Between the pre-flight, the journal's thread and the workbook's thread.

    Results go to the journal and to the rows of the workbook; how it stands goes to `tell`.
    """

    def __init__(
        self,
        clock: Clock,
        runner: MoveRunner,
        book_thread: BookThread,
        keep: Callable[[str, str], None],
        tell: Callable[[Event], None],
    ) -> None:
        self._runner = runner
        self._book_thread = book_thread
        self._keep = keep
        self._kept_pair = ""
        self._kept_tenants = ""
        self.preflight = Preflight(clock, tell, self._deliver, data_dir())

    def loaded(self, event: SettingsLoaded) -> None:
        """The journal is open; called before the workbook is read."""
        kept = dict(event.values)
        self._kept_pair = kept.get(_PAIR, "")
        self._kept_tenants = kept.get(SETTING, "")
        self._book_thread.take_checks(event.checks)
        self.preflight.recall(event.checks, self._kept_tenants)

    def take(self, event: Event) -> None:
        """What the workbook and the runner say."""
        if isinstance(event, BookOpened):
            self.preflight.set_rows(event.rows)
        elif isinstance(event, MovesChanged):
            self.preflight.set_moves(event.moves)

    def connected(self, pair: Pair, *, scenario: str = "") -> None:
        """These are asked from now on; what other tenants, or another scenario, said is forgotten.

        `scenario` is what practice tenants play.
        """
        name = f"{pair.service.capabilities.name} {pair.target_host} {scenario}".rstrip()
        anew = bool(self._kept_pair) and name != self._kept_pair
        if name != self._kept_pair:
            self._kept_pair = name
            self._keep(_PAIR, name)
        if anew:
            self._runner.keep_checks((), anew=True)
            self._book_thread.take_checks((), anew=True)
        self.preflight.connect(pair, anew=anew)

    def _deliver(self, checks: tuple[RowCheck, ...], tenants: str, is_last: bool) -> None:
        if checks:
            self._runner.keep_checks(checks)
        if tenants != self._kept_tenants:
            self._kept_tenants = tenants
            self._keep(SETTING, tenants)
        if checks or is_last:
            self._book_thread.take_checks(checks, is_last=is_last)
