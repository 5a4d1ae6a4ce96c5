"""Before you start: the page of the gates, opened by a held start or from the menu."""

from __future__ import annotations

from app.clock import Clock
from app.errors import AppError
from app.events import BookOpened, PreflightChanged, RunChanged, RunState, Trouble
from app.gate_events import ChainJudged, GatesBusy, GatesJudged, Judgement
from app.gate_values import Remedy
from app.preflight_values import PreflightState, Scope
from ui import strings
from ui import strings_gates as words
from ui.gates_dialog import GateAct, GatesDialog
from ui.map_page import MapPage
from ui.panels import PanelsWindow
from ui.ports import ProjectPort


class Gates:
    """Tells the project what is wished, and shows what it answers."""

    def __init__(self, window: PanelsWindow, project: ProjectPort, clock: Clock) -> None:
        self._window = window
        self._project = project
        self.dialog = GatesDialog(clock, window)
        self.dialog.act_asked.connect(self._act)
        self.dialog.start_asked.connect(window.plan.ask_start)
        self.map = MapPage(window, project, clock)
        self._chain: ChainJudged | None = None
        self.entry = window.commands.add(
            strings.MENU_MOVES,
            words.GATES_ACTION,
            self.look,
            icon="check",
            keys="F6",
            needs_book=True,
        )
        window.listeners.on(GatesBusy, lambda _busy: self.dialog.show_busy())
        window.listeners.on(GatesJudged, self._judged)
        window.listeners.on(PreflightChanged, self._preflight_changed)
        window.listeners.on(ChainJudged, self._chain_judged)
        window.listeners.on(RunChanged, self._run_changed)
        window.listeners.on(Trouble, lambda trouble: self._trouble(trouble.error))
        window.listeners.on(BookOpened, lambda _book: self._book_opened())

    def look(self) -> None:
        """Open the page, and judge the gates for the plan as it is now."""
        dialog = self._opened()
        asked = self._window.plan.refresh()
        if asked is None:
            dialog.show_trouble(words.GATES_NO_PLAN)
            return
        dialog.show_busy()
        rule = asked.rule
        self._project.start(
            asked.keys,
            asked.window,
            rule.size,
            rule.by_column,
            rule.most_gb,
            rule.pilot,
            only_check=True,
        )

    def _opened(self) -> GatesDialog:
        self.dialog.set_zone(self._window.plan.zone_name)
        self.dialog.show()
        self.dialog.activateWindow()
        return self.dialog

    # Events

    def _judged(self, judged: GatesJudged) -> None:
        refused = judged.judgement is Judgement.REFUSED
        if refused:
            self._window.plan.set_starting(False)
            self._opened()
        elif judged.judgement is Judgement.STARTED:
            self.dialog.close()
        self.dialog.show_gates(judged.gates, refused=refused)

    def _chain_judged(self, judged: ChainJudged) -> None:
        self._chain = judged

    def _run_changed(self, event: RunChanged) -> None:
        if event.state is RunState.HELD:
            self._window.notices.add_button("run", words.CHAIN_LOOK, self._look_at_chain)

    def _look_at_chain(self) -> None:
        """The gates as they stood when the batch was held back."""
        dialog = self._opened()
        if self._chain is not None:
            dialog.show_gates(self._chain.gates, refused=False, anew=True)

    def _trouble(self, error: AppError) -> None:
        parts = (f"{error.title}.", error.detail, error.remedy)
        self.dialog.show_trouble(" ".join(part for part in parts if part))

    def _preflight_changed(self, event: PreflightChanged) -> None:
        if self.dialog.isVisible() and event.summary.state is PreflightState.DONE:
            self.look()

    def _book_opened(self) -> None:
        if self.dialog.isVisible():
            self.look()

    # Wishes

    def _act(self, act: GateAct) -> None:
        gates = self._project.gates
        if gates is None:
            return
        match act.remedy:
            case Remedy.READ_AGAIN:
                gates.read_again()
            case Remedy.REREAD_BOOK:
                self._window.commands.reread.trigger()
            case Remedy.UPLOAD_MAP:
                self.map.open()
                self.map.ask_upload()
            case Remedy.RUN_PREFLIGHT:
                self._project.preflight(Scope.NEEDED)
            case Remedy.CONFIRM:
                gates.confirm(act.code, act.words)
            case Remedy.OVERRIDE:
                gates.override(act.code, act.words)
