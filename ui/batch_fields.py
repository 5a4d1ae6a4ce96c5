"""How batches are cut: people, gigabytes, a pilot first, and when the next one follows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from app import plan
from app.chain import DEFAULT_SHARE
from app.moves import Capabilities
from ui import strings
from ui.surfaces import label


class BatchFields(QWidget):
    """`changed` tells of a change of the rule, `share_changed` of when the next batch follows."""

    changed = Signal()
    share_changed = Signal(object)
    """The share of a batch, 0 to 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.people = QSpinBox()
        self.people.setRange(1, plan.QUEUE_LIMIT)
        self.people.setValue(100)
        self.people.setGroupSeparatorShown(True)
        self.volume = QDoubleSpinBox()
        self.volume.setRange(0, 1_000_000)
        self.volume.setDecimals(0)
        self.volume.setSingleStep(100)
        self.volume.setGroupSeparatorShown(True)
        self.volume.setSpecialValueText(strings.PLAN_VOLUME_ANY)
        self.volume.setSuffix(strings.PLAN_VOLUME_UNIT)
        self.pilot = QSpinBox()
        self.pilot.setRange(0, plan.QUEUE_LIMIT)
        self.pilot.setSpecialValueText(strings.PLAN_PILOT_NONE)
        self.share = QSpinBox()
        self.share.setRange(0, 100)
        self.share.setSuffix(strings.PLAN_SHARE_UNIT)
        self.share.setValue(round(DEFAULT_SHARE * 100))
        self._labels: dict[QWidget, QLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for field, text, name, tip in (
            (self.people, strings.PLAN_SIZE_OF, strings.PLAN_SIZE, strings.PLAN_SIZE_TIP),
            (self.volume, strings.PLAN_VOLUME_OF, strings.PLAN_VOLUME, strings.PLAN_VOLUME_TIP),
            (self.pilot, strings.PLAN_PILOT_OF, strings.PLAN_PILOT, strings.PLAN_PILOT_TIP),
            (self.share, strings.PLAN_SHARE_OF, strings.PLAN_SHARE, strings.PLAN_SHARE_TIP),
        ):
            self._labels[field] = label(text)
            self._labels[field].setToolTip(tip)
            self._labels[field].setBuddy(field)
            field.setToolTip(tip)
            field.setAccessibleName(name)
            row.addWidget(self._labels[field])
            row.addWidget(field)
            row.addSpacing(6)
        row.addStretch(1)
        for number in (self.people, self.pilot):
            number.valueChanged.connect(self.changed)
        self.volume.valueChanged.connect(self.changed)
        self.share.valueChanged.connect(lambda percent: self.share_changed.emit(percent / 100))
        self.set_sizes_known(known=False)

    def rule(self, *, by_column: bool) -> plan.BatchRule:
        volume = 0.0 if self.volume.isHidden() else self.volume.value()
        return plan.BatchRule(self.people.value(), volume, self.pilot.value(), by_column)

    def set_service(self, capabilities: Capabilities | None) -> None:
        """The service's own limit is that of a batch."""
        limit = plan.QUEUE_LIMIT
        if capabilities is not None:
            limit = max(1, min(limit, capabilities.queue_limit))
        self.people.setMaximum(limit)

    def set_sizes_known(self, *, known: bool) -> None:
        """Gigabytes can be asked for where the workbook has a column of sizes."""
        self.volume.setVisible(known)
        self._labels[self.volume].setVisible(known)

    def set_by_column(self, *, by_column: bool) -> None:
        """The workbook's own batches are not cut; only when they follow can be chosen."""
        for field in (self.people, self.volume, self.pilot):
            field.setEnabled(not by_column)
            self._labels[field].setEnabled(not by_column)

    def show_share(self, share: float) -> None:
        """The share that this project keeps (0 to 1); `share_changed` is not emitted."""
        self.share.blockSignals(True)
        self.share.setValue(round(share * 100))
        self.share.blockSignals(False)
