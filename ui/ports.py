"""ProjectPort: the one object that the window talks to; its answers come back as events."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from app.gate_values import GateCode
from app.identity_map import Key
from app.model import Side, Window
from app.preflight_values import Scope
from app.report_wishes import ReportWish
from app.signed_in import Registration, Way


class SignInsPort(Protocol):
    """Both real tenants of the open workbook; every answer is SignInsChanged, or Trouble."""

    def set_up(self, side: Side, registration: Registration) -> None:
        """Use this app registration on this side."""

    def sign_in(self, side: Side, way: Way) -> None:
        """Open a page, or ask for a code; the one way to a prompt."""

    def cancel(self) -> None:
        """Give up the attempt under way."""

    def sign_out(self, side: Side) -> None:
        """Forget the tokens of this side."""

    def swap(self) -> None:
        """Source becomes target and the other way round."""

    def look_again(self) -> None:
        """Test both connections again."""

    def connect(self, target_host: str = "") -> None:
        """Connect both; answers ServiceConnected or Trouble."""

    def go_on(self) -> None:
        """Sign in silently as in an earlier session, where there was one, and connect."""


class GatesPort(Protocol):
    """The gates and the identity map of the open workbook; every call returns at once."""

    def read_again(self) -> None:
        """Read everything anew; answers GatesJudged."""

    def confirm(self, code: GateCode, words: str) -> None:
        """Record what the admin saw by other means; answers GatesJudged or Trouble."""

    def override(self, code: GateCode, reason: str) -> None:
        """Record why a warning is passed over; answers GatesJudged or Trouble."""

    def read_map(self) -> None:
        """Compare the identity map with the target's; answers MapChanged or Trouble."""

    def upload_map(self, remove: frozenset[Key]) -> None:
        """Upload it, remove what is named, and read back; answers MapChanged or Trouble."""

    def export_map(self, path: Path) -> None:
        """Write it for the management shell; answers MapExported or Trouble."""


class ProjectPort(Protocol):
    """A workbook, its moves and the service they run at.

    Every call returns at once; what happened comes as `app.events` values through the callback
    given at construction, from worker threads. Only `close` waits, at most `timeout` seconds.
    """

    def open(
        self,
        path: Path,
        *,
        sheet: str = "",
        source_column: str = "",
        target_column: str = "",
        batch_column: str = "",
    ) -> None:
        """Answers BookOpened, ColumnsNeeded or Trouble; later MovesChanged for known moves."""

    def ask_columns(self) -> None: ...

    def accept_corrections(self, cells: frozenset[str]) -> None:
        """Use the offered corrections of these cells (`Mapping!B7`); answers BookOpened again."""

    def connect_practice(self) -> None:
        """Start or reach the practice tenants; answers ServiceConnected or Trouble."""

    def rehearse(self, scenario: str, speed: float) -> None:
        """Open a copy of the workbook and practice tenants with its people.

        `scenario` is the name of one, "" for none; `speed` is practice seconds in a second.
        Answers BookOpened of the copy, ServiceConnected or Trouble.
        """

    def change_rehearsal(self, scenario: str, speed: float) -> None:
        """Play something else, or at another speed; answers ServiceConnected or Trouble."""

    def go_on_rehearsing(self) -> None:
        """Reach the practice tenants again if moves of this workbook are under way there."""

    def start(
        self,
        keys: tuple[str, ...],
        window: Window,
        batch_size: int,
        by_column: bool,
        most_gb: float = 0.0,
        pilot: int = 0,
        *,
        only_check: bool = False,
    ) -> None:
        """Plan and start the moves of these mapping keys; answers GatesJudged or Trouble, and
        MovesChanged when no gate holds. `only_check`: nothing is started in any case.

        `by_column` makes the batches from the workbook's own Batch column, otherwise each holds
        `batch_size` moves (1 to 4000) and at most `most_gb` gigabytes (0: any), after a first one
        of `pilot` moves (0: none).
        """

    @property
    def gates(self) -> GatesPort | None:
        """None when no workbook is open."""

    def set_share(self, share: float) -> None:
        """Let the next batch follow when this share (0 to 1) of the present one has ended."""

    def ask_now(self) -> None:
        """Ask the service for all states at once; answers ServiceAsked and MovesChanged."""

    @property
    def sign_ins(self) -> SignInsPort | None:
        """The real tenants of the open workbook; None when none is open."""

    def cancel(self, keys: tuple[str, ...]) -> None:
        """Ask for a cancel of these moves; answers MovesChanged."""

    def retry(self, keys: tuple[str, ...]) -> None:
        """Make failed or stopped moves ready to be started again; answers MovesChanged."""

    def preflight(self, scope: Scope, keys: tuple[str, ...] | None = None) -> None:
        """Ask both tenants about these rows; answers PreflightChanged and RowsChecked."""

    def cancel_preflight(self) -> None:
        """Ask nothing more; answers PreflightChanged."""

    def resume_preflight(self) -> None:
        """Go on after a sign-in; answers PreflightChanged."""

    def report(self, wish: ReportWish) -> None:
        """A report, evidence, or what is left after the move; answers the event the wish names."""

    def pause(self) -> None:
        """Send no further moves; answers RunChanged."""

    def resume(self) -> None:
        """Go on sending; answers RunChanged."""

    def close(self, timeout: float) -> bool:
        """Stop within `timeout` seconds; False when something had to be abandoned."""
