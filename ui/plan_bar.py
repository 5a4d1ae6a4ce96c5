"""The plan of the next start: who, in which batches, when; and the buttons that act on moves."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import plan
from app.clock import Clock
from app.errors import PlanError
from app.events import RunState
from app.moves import Capabilities
from ui import icons, strings, strings_latest
from ui.batch_fields import BatchFields
from ui.plan_asked import Choices, PlanAsked
from ui.progress import Progress
from ui.surfaces import Hairline, Icon, MutedLabel, PrimaryButton, label
from ui.time_field import TimeField
from ui.zone_box import ZoneBox

ALL, SELECTED, COLUMN = range(3)
_EVENING = 18
_ENOUGH_TIME = timedelta(hours=2)
"""An evening that is nearer than this is no proposal: the plan would be late before it is made."""
_NIGHT = timedelta(hours=10)


class PlanBar(QWidget):
    """Puts a plan together and checks it while it is typed; never starts anything itself."""

    start_asked = Signal(object)
    cancel_asked = Signal()
    pause_asked = Signal()
    resume_asked = Signal()
    zone_changed = Signal(str)

    def __init__(self, clock: Clock, zone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = clock.now
        self._choices = Choices()
        self._capabilities: Capabilities | None = None
        self._starting = False
        self._run = RunState.IDLE
        self._cancellable = 0
        self.setAccessibleName(strings.PLAN_NAME)
        self.who = QComboBox()
        self.who.setAccessibleName(strings.PLAN_WHO)
        self.who.addItems(["", "", ""])
        self.batch = QComboBox()
        self.batch.setAccessibleName(strings.PLAN_BATCH_NAME)
        self.batch.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.batches = BatchFields()
        self.begin = TimeField(
            strings.PLAN_BEGIN_NOW,
            strings.PLAN_BEGIN_AT,
            strings.PLAN_BEGIN_MODE,
            strings.PLAN_BEGIN_TIME,
            self,
        )
        self.end = TimeField(
            strings.PLAN_END_NONE,
            strings.PLAN_END_AT,
            strings.PLAN_END_MODE,
            strings.PLAN_END_TIME,
            self,
        )
        self.latest = TimeField(
            strings_latest.NONE,
            strings_latest.AT,
            strings_latest.MODE,
            strings_latest.TIME,
            self,
        )
        self.latest_label = MutedLabel(strings_latest.NAME)
        self.zone = ZoneBox(zone)
        self.message_icon = Icon("info", "", 15)
        self.message = label("", wrap=True)
        self.progress = Progress()
        self.start_button = PrimaryButton(strings.START)
        self.cancel_button = QPushButton(strings.CANCEL)
        self.pause_button = QPushButton(strings.PAUSE)
        icons.set_icon(self.cancel_button, "cancel", self.palette())
        icons.set_icon(self.pause_button, "pause", self.palette())
        self._lay_out()
        for widget in (self.latest_label, self.latest):
            widget.setToolTip(strings_latest.TIP)
            widget.hide()
        self._propose_times()
        self.start_button.clicked.connect(self.ask_start)
        self.cancel_button.clicked.connect(self.cancel_asked)
        self.pause_button.clicked.connect(self._pause_or_resume)
        self.who.currentIndexChanged.connect(self.refresh)
        self.batch.currentIndexChanged.connect(self.refresh)
        self.batches.changed.connect(self.refresh)
        for time in (self.begin, self.end, self.latest):
            time.switched_on.connect(self._propose_anew)
            time.changed.connect(self.refresh)
        self.zone.currentTextChanged.connect(self._zone_typed)
        self.set_choices(Choices())
        self.set_cancellable(0)
        self.set_run(RunState.IDLE)

    # What the window tells

    def set_choices(self, choices: Choices) -> None:
        old, self._choices = self._choices, choices
        column = strings.PLAN_WHO_COLUMN.format(choices.batch_column)
        texts = (
            strings.PLAN_WHO_ALL.format(f"{len(choices.ready):,}"),
            strings.PLAN_WHO_SELECTED.format(f"{len(choices.selected):,}"),
            column if choices.batch_column else strings.PLAN_WHO_COLUMN_NONE,
        )
        self.who.blockSignals(True)
        for place, text in enumerate(texts):
            self.who.setItemText(place, text)
        item = self.who.model().index(COLUMN, 0)
        self.who.model().setData(
            item, None if choices.batch_column else 0, Qt.ItemDataRole.UserRole - 1
        )
        if self.who.currentIndex() == COLUMN and not choices.batch_column:
            self.who.setCurrentIndex(ALL)
        self.who.blockSignals(False)
        self.batches.set_sizes_known(known=choices.has_sizes)
        if old.batches != choices.batches or not self.batch.count():
            self._fill_batches()
        self.refresh()

    def set_service(self, capabilities: Capabilities | None) -> None:
        self._capabilities = capabilities
        self.batches.set_service(capabilities)
        for widget in (self.latest_label, self.latest):
            widget.setVisible(self._takes_latest)
        self.refresh()

    def set_now(self, now: Callable[[], datetime]) -> None:
        """What counts as now (UTC): in a rehearsal it is the practice clock."""
        self._now = now
        if not (self.begin.is_set or self.end.is_set or self.latest.is_set):
            self._propose_times()

    def set_starting(self, starting: bool) -> None:
        """A start was asked for and not answered yet."""
        self._starting = starting
        self.refresh()

    def show_before_start(self, text: str) -> None:
        """What a start that was asked for waits for."""
        if self._starting:
            self._say(text, "waiting")

    def set_run(self, state: RunState) -> None:
        self._run = state
        paused = state is RunState.PAUSED
        text = strings.RESUME if paused else strings.PAUSE
        self.pause_button.setText(text)
        self.pause_button.setAccessibleName(text)
        self.pause_button.setToolTip(strings.RESUME_TIP if paused else strings.PAUSE_TIP)
        icons.set_icon(self.pause_button, "start" if paused else "pause", self.palette())
        self.pause_button.setEnabled(state not in {RunState.IDLE, RunState.DONE})
        self.progress.set_run(state)

    def set_cancellable(self, number: int) -> None:
        """How many moves a click on Cancel would concern."""
        self._cancellable = number
        text = strings.CANCEL_N.format(strings.moves(number)) if number else strings.CANCEL
        self.cancel_button.setText(text)
        self.cancel_button.setAccessibleName(text)
        self.cancel_button.setEnabled(number > 0)
        self.cancel_button.setToolTip(strings.CANCEL_TIP if number else strings.CANCEL_NONE_TIP)

    # What the admin does

    @property
    def by_column(self) -> bool:
        """The batches are those of the workbook's own column."""
        return self.who.currentIndex() == COLUMN

    @property
    def zone_name(self) -> str:
        return self.zone.name

    @property
    def known_zone(self) -> str:
        """The chosen zone, or UTC while a name is typed that is none."""
        return self.zone_name if self.zone.is_known(self.zone_name) else "UTC"

    @property
    def _takes_latest(self) -> bool:
        return self._capabilities is not None and self._capabilities.takes_latest_start

    def asked(self) -> PlanAsked:
        """The plan as it now stands. Raises PlanError when its times cannot be."""
        begin = self.begin.moment(self.zone_name)
        end = self.end.moment(self.zone_name)
        latest = self.latest.moment(self.zone_name) if self._takes_latest else None
        window = plan.make_window(begin, end, self.zone_name, self._now(), latest)
        keys, left_out, hidden = self._picked()
        return PlanAsked(
            keys,
            window,
            self.batches.rule(by_column=self.by_column),
            left_out,
            hidden,
            self.batches.share.value() / 100,
            self._run is RunState.PAUSED,
        )

    def _picked(self) -> tuple[tuple[str, ...], int, int]:
        """The keys, how many are left out, and how many the filter hides."""
        choices = self._choices
        if self.by_column:
            name = self.batch.currentData()
            picked = choices.batches if name is None else {name: choices.batches.get(name, ())}
            keys = tuple(key for part in picked.values() for key in part)
            return keys, len(choices.ready) - len(keys) if name is None else 0, 0
        if self.who.currentIndex() == SELECTED:
            return choices.selected, choices.selected_left_out, choices.selected_hidden
        return choices.ready, 0, 0

    def ask_start(self) -> None:
        """Emit `start_asked` with the plan, if it can be."""
        asked = self.refresh()
        if asked is not None and self.start_button.isEnabled():
            self.start_asked.emit(asked)

    def refresh(self) -> PlanAsked | None:
        """Check the plan and say beside it what is wrong; gives it when it can be."""
        self.batch.setVisible(self.by_column)
        self.batches.set_by_column(by_column=self.by_column)
        try:
            asked: PlanAsked | None = self.asked()
        except PlanError as error:
            asked = None
            parts = (f"{error.title.rstrip('.')}.", error.detail, error.remedy)
            self._say(" ".join(part for part in parts if part), "bad")
        number = len(asked.keys) if asked else 0
        if asked is not None:
            self._say(*self._remark(asked))
        ready = number > 0 and self._capabilities is not None and not self._starting
        self.start_button.setEnabled(ready)
        text = strings.START_N.format(strings.moves(number)) if number else strings.START
        if self._starting:
            text = strings.STARTING
        self.start_button.setText(text)
        self.start_button.setAccessibleName(text)
        self.start_button.updateGeometry()
        tip = strings.CONFIRM_START_TEXT
        if self._capabilities is None:
            tip = strings.START_NO_SERVICE_TIP
        elif not number:
            tip = strings.START_NO_ROWS_TIP
        self.start_button.setToolTip(tip)
        return asked

    def _remark(self, asked: PlanAsked) -> tuple[str, str]:
        """The most important thing to know of a plan that can be, and its kind."""
        if asked.left_out:
            form = strings.PLAN_NO_BATCH if asked.rule.by_column else strings.PLAN_SKIPPED
            return form.format(asked.left_out), "attention"
        if self._capabilities is None:
            return strings.START_NO_SERVICE_TIP, "waiting"
        if not asked.keys:
            # While moves run, that nobody is left is no news.
            is_idle = self._run in {RunState.IDLE, RunState.PAUSED}
            return (strings.PLAN_NOTHING, "waiting") if is_idle else ("", "")
        if asked.window.latest_utc is not None:
            return strings_latest.NOTE, "attention"
        if asked.window.end_utc is not None and not self._capabilities.keeps_end:
            return strings.PLAN_END_NOTE, "attention"
        if asked.window.begin_utc is not None:
            return strings.PLAN_HELD, "waiting"
        return (strings.PLAN_CHAIN, "waiting") if asked.may_be_several else ("", "")

    def _say(self, text: str, kind: str) -> None:
        self.message.setText(text)
        self.message_icon.setVisible(bool(text))
        names = {"bad": "fail", "attention": "warn"}
        self.message_icon.show_icon(names.get(kind, "info"), kind)

    def _zone_typed(self, text: str) -> None:
        for time in (self.begin, self.end, self.latest):
            time.ask_anew()
        self.refresh()
        if self.zone.is_known(text):
            self.zone_changed.emit(text)

    def _pause_or_resume(self) -> None:
        if self._run is RunState.PAUSED:
            self.resume_asked.emit()
        else:
            self.pause_asked.emit()

    def _fill_batches(self) -> None:
        chosen = self.batch.currentData()
        self.batch.blockSignals(True)
        self.batch.clear()
        self.batch.addItem(strings.PLAN_BATCH_ALL.format(len(self._choices.batches)), None)
        for name, keys in self._choices.batches.items():
            self.batch.addItem(strings.PLAN_BATCH_ONE.format(name=name, number=len(keys)), name)
        place = self.batch.findData(chosen) if chosen is not None else 0
        self.batch.setCurrentIndex(max(0, place))
        self.batch.blockSignals(False)

    def _local_now(self) -> datetime:
        return self._now().astimezone(zoneinfo.ZoneInfo(self.known_zone)).replace(tzinfo=None)

    def _propose_times(self) -> None:
        """The next evening, when people have gone home, and the morning after it."""
        soon = self._local_now() + _ENOUGH_TIME
        begin = soon.replace(hour=_EVENING, minute=0)
        self.begin.set_local(begin if begin >= soon else begin + timedelta(days=1))
        self.end.set_local(self.begin.local() + _NIGHT)
        self.latest.set_local(self.begin.local() + _NIGHT)

    def _propose_anew(self) -> None:
        """A field is shown: what was proposed long ago may be over (a practice clock runs fast)."""
        now, late = self._local_now(), (self.end, self.latest)
        if not any(one.is_set for one in late) and self.begin.local() <= now:
            self._propose_times()
        earliest = max(self.begin.local(), now)
        for one in late:
            if one.is_set and one.local() <= earliest:
                one.set_local(earliest + _NIGHT)

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(5)
        who = QHBoxLayout()
        who.setSpacing(8)
        who.addWidget(self.who)
        who.addWidget(self.batch)
        who.addStretch(1)
        end, latest = QHBoxLayout(), QHBoxLayout()
        for layout, field in ((end, self.end), (latest, self.latest)):
            layout.setSpacing(8)
            layout.addWidget(field)
            layout.addStretch(1)
        begin = QHBoxLayout()
        begin.setSpacing(8)
        begin.addWidget(self.begin)
        begin.addStretch(1)
        begin.addWidget(MutedLabel(strings.PLAN_ZONE))
        begin.addWidget(self.zone)
        cut = QHBoxLayout()
        cut.addWidget(self.batches)
        for place, (name, layout) in enumerate(
            (
                (MutedLabel(strings.PLAN_WHO), who),
                (MutedLabel(strings.PLAN_BATCHES), cut),
                (MutedLabel(strings.PLAN_BEGIN), begin),
                (MutedLabel(strings.PLAN_END), end),
                (self.latest_label, latest),
            )
        ):
            form.addWidget(name, place, 0)
            form.addLayout(layout, place, 1)
        message = QHBoxLayout()
        message.setSpacing(6)
        message.addWidget(self.message_icon, 0, Qt.AlignmentFlag.AlignVCenter)
        message.addWidget(self.message, 1)
        form.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.pause_button)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.start_button)
        right = QVBoxLayout()
        right.addWidget(self.progress)
        right.addStretch(1)
        right.addLayout(message)
        right.addLayout(buttons)
        row = QHBoxLayout()
        row.setContentsMargins(16, 10, 16, 8)
        row.setSpacing(16)
        row.addLayout(form, 11)
        row.addWidget(Hairline(upright=True))
        row.addLayout(right, 9)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Hairline())
        column.addLayout(row)
