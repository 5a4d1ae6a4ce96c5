"""Project: one workbook's whole job held together, for the window and the command line alike."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

from app import rehearsal
from app.book_thread import Choice
from app.clock import Clock, SystemClock
from app.clouds import WORLDWIDE, Cloud
from app.events import (
    Event,
)
from app.gatekeeper import Gatekeeper
from app.model import Window
from app.plan import BatchRule
from app.preflight_values import Scope
from app.projects import find_project
from app.report_wishes import ReportWish
from app.session import Session
from app.tenant_link import TenantLink


class Project:
    """Opens a workbook, checks it, plans, runs and writes back.

    Every method returns at once; what happens comes through `post`, called on worker threads.
    """

    def __init__(
        self,
        post: Callable[[Event], None],
        state_dir: Path | None = None,
        *,
        clock: Clock | None = None,
        speed: float | None = None,
        scenario: str | None = None,
        cloud: Cloud = WORLDWIDE,
        open_page: Callable[[str], bool] = webbrowser.open,
    ) -> None:
        """`speed` and `scenario` are those of the practice tenants; None: as they were.

        `cloud` is where the real tenants are; `open_page` shows a page for a sign-in.
        """
        self._post = post
        self._given_state_dir = state_dir
        self._clock = clock or SystemClock()
        self._practice_wish = (scenario, speed)
        self._real = (cloud, open_page)
        self._session: Session | None = None
        self._closing: list[threading.Thread] = []
        self._wants_practice = False

    def open(
        self,
        path: Path,
        *,
        sheet: str = "",
        source_column: str = "",
        target_column: str = "",
        batch_column: str = "",
    ) -> None:
        """Open a workbook, or read the open one again; the answer is an event."""
        choice = Choice(sheet, source_column, target_column, batch_column)
        session = self._session
        if session is not None and session.book == path:
            session.read_again(choice)
            return
        # The folder that was named is the first workbook's; another one gets its own in it.
        named = self._given_state_dir if session is None else None

        def locate() -> Path:
            return named or self._project_of(path)

        if session is not None:
            self._let_go(session)
        self._session = Session(self._post, path, locate, choice, self._clock, *self._real)
        self._session.begin()
        if self._wants_practice:
            self._session.connect_practice(*self._practice_wish)

    def _project_of(self, book: Path) -> Path:
        found, named = find_project(book), self._given_state_dir
        return found if named is None else named / "projects" / found.name

    def _let_go(self, session: Session) -> None:
        session.silence()
        closing = threading.Thread(target=session.close, args=(5.0,), name="closing", daemon=True)
        closing.start()
        self._closing = [*(one for one in self._closing if one.is_alive()), closing]

    def ask_columns(self) -> None:
        """Let the admin choose sheet and columns anew; answered by ColumnsNeeded."""
        if self._session is not None:
            self._session.book_thread.open(Choice(ask=True))

    def accept_corrections(self, cells: frozenset[str]) -> None:
        """Use the safe corrections offered for these cells (`Sheet!B7`) in this project.

        The workbook's own cells stay as they are: they are the admin's.
        """
        if self._session is not None:
            self._session.book_thread.accept(cells)

    def connect_practice(self) -> None:
        """Reach the practice tenants, now or when a workbook is open.

        Answered by ServiceConnected or Trouble; a workbook opened later is connected too.
        """
        self._wants_practice = True
        if self._session is not None:
            self._session.connect_practice(*self._practice_wish)

    def rehearse(self, scenario: str, speed: float) -> None:
        """Open a copy of the open workbook for a rehearsal, and the practice tenants with it.

        The workbook itself and its journal stay as they are. `speed` is practice seconds in a
        second. Answered as `open` and `connect_practice` are, with the path of the copy.
        """
        former = self._session
        if former is None:
            return
        book = former.book
        copy = rehearsal.place_of_copy(book, self._clock.now())

        def locate() -> Path:
            rehearsal.copy_workbook(book, copy)
            return self._project_of(copy)

        self._let_go(former)
        self._session = Session(self._post, copy, locate, former.choice, self._clock, *self._real)
        self._session.corrections = former.corrections
        self._session.begin()
        self._session.connect_practice(scenario, speed)

    def go_on_rehearsing(self) -> None:
        """Reach the practice tenants again, if this workbook was started there and not finished."""
        if self._session is not None:
            self._session.go_on_rehearsing()

    def change_rehearsal(self, scenario: str, speed: float) -> None:
        """Play another scenario, or at another speed, from now on; answered by ServiceConnected."""
        if self._session is not None:
            self._session.connect_practice(scenario, speed)

    def start(
        self,
        keys: tuple[str, ...] | None,
        window: Window,
        batch_size: int,
        by_column: bool,
        most_gb: float = 0.0,
        pilot: int = 0,
        *,
        only_check: bool = False,
    ) -> None:
        """Plan and start these people; None means everybody who may start.

        The gates are judged first, and a start is made only when none of them holds: answered by
        GatesJudged. `only_check`: nothing is started in any case.
        Batches are the workbook's own, or hold `batch_size` people and at most `most_gb` gigabytes
        (0: any) as far as the workbook says sizes, after a first one of `pilot` people (0: none).
        """
        if self._session is not None:
            wanted = None if keys is None else frozenset(keys)
            rule = BatchRule(batch_size, most_gb, pilot, by_column)
            self._session.book_thread.start(wanted, window, rule, only_check=only_check)

    @property
    def sign_ins(self) -> TenantLink | None:
        """The real tenants of the open workbook; None when none is open."""
        return self._session.sign_ins if self._session is not None else None

    @property
    def gates(self) -> Gatekeeper | None:
        """The gates and the identity map of the open workbook; None when none is open."""
        return self._session.gates if self._session is not None else None

    def preflight(self, scope: Scope, keys: tuple[str, ...] | None = None) -> None:
        """Ask both tenants about these people, or about all in the scope, in the background.

        Nothing is changed anywhere. Answered by PreflightChanged and RowsChecked.
        """
        if self._session is not None:
            self._session.preflight.run(scope, keys)

    def cancel_preflight(self) -> None:
        """Ask nothing more; what was found stays."""
        if self._session is not None:
            self._session.preflight.cancel()

    def resume_preflight(self) -> None:
        """Go on after a sign-in."""
        if self._session is not None:
            self._session.preflight.resume()

    def cancel(self, keys: tuple[str, ...]) -> None:
        """Wish these moves cancelled."""
        if self._session is not None:
            self._session.runner.cancel(keys)

    def retry(self, keys: tuple[str, ...]) -> None:
        """Make failed or stopped moves ready to be started again."""
        if self._session is not None:
            self._session.runner.retry(keys)

    def set_share(self, share: float) -> None:
        """Let the next batch follow when this share (0 to 1) of the present one has ended."""
        if self._session is not None:
            self._session.runner.set_share(share)

    def ask_now(self) -> None:
        """Ask the service for the states of all moves, without waiting for the next poll."""
        if self._session is not None:
            self._session.runner.ask_now()

    def report(self, wish: ReportWish) -> None:
        """A report, evidence, or what is left after the move; answered by the wish's event."""
        if self._session is not None:
            self._session.reports.wish(wish)

    def pause(self) -> None:
        """Send nothing new."""
        if self._session is not None:
            self._session.runner.pause()

    def resume(self) -> None:
        """Go on."""
        if self._session is not None:
            self._session.runner.resume()

    def close(self, timeout: float) -> bool:
        """Write the status once more and end within `timeout` seconds; False: abandoned.

        Moves at the service go on. The practice tenants are ended when nothing moves there.
        """
        end = self._clock.monotonic() + timeout
        ended = self._session.close(timeout) if self._session is not None else True
        self._session = None
        for closing in self._closing:
            closing.join(max(end - self._clock.monotonic(), 0.0))
            ended &= not closing.is_alive()
        return ended
