"""Before you start: the gates in the window, and what holds a start back."""

from __future__ import annotations

from app import gate_texts
from app.gate_events import GatesJudged, Judgement
from ui import strings_gates as words
from ui.panels import PanelsWindow


class Gates:
    """Hears how the gates stand, and says what holds a start back."""

    def __init__(self, window: PanelsWindow) -> None:
        self._window = window
        window.listeners.on(GatesJudged, self._judged)

    def _judged(self, judged: GatesJudged) -> None:
        if judged.judgement is not Judgement.REFUSED:
            self._window.notices.dismiss("gates")
            return
        self._window.plan.set_starting(False)
        held = [gate for gate in judged.gates if gate.holds]
        said = " ".join(f"{gate_texts.title(gate)}: {gate_texts.state(gate)}" for gate in held)
        to_do = " ".join(text for gate in held if (text := gate_texts.what_to_do(gate)))
        self._window.notices.show_text("gates", "bad", words.REFUSED_TITLE, said, to_do)
