"""The rows behind the table: their filters, counts, search words and sort values, without Qt."""

from __future__ import annotations

import re
from datetime import datetime
from enum import IntEnum, IntFlag

from app import checks, status_cells, texts
from app.events import CheckedRow
from app.model import Correction, Finding, Level, Mapping, Move, MoveStatus
from ui import strings

SEVERITY = {Level.BLOCK: 3, Level.UNKNOWN: 2, Level.WARN: 1, Level.PASS: 0}
HELD_BACK = "HELD_BACK"
_STATUS_ORDER = {status: place for place, status in enumerate(MoveStatus)}
_BEFORE_PLAN = frozenset({MoveStatus.READY, MoveStatus.INVALID})
_WORDS = re.compile(r'(?:[a-z]+:)?"[^"]*"?|\S+')
_FAR_FUTURE = 1e18
"""Sorts rows without a time behind all that have one."""


class Column(IntEnum):
    """The columns of the table, left to right."""

    ROW = 0
    SOURCE = 1
    TARGET = 2
    BATCH = 3
    CHECK = 4
    STATUS = 5
    REMEDY = 6
    UPDATED = 7
    BEGIN = 8


class Group(IntFlag):
    """The filters; a row may belong to several."""

    ALL = 1
    READY = 2
    ATTENTION = 4
    BLOCKED = 8
    RUNNING = 16
    DONE = 32
    FAILED = 64


# Arithmetic on enum members is ten times slower than on numbers, and every row is asked for its
# groups several times a second while moves run.
_ALL, _READY, _ATTENTION, _BLOCKED, _RUNNING, _DONE, _FAILED = map(int, Group)


class Row:
    """One mapping with its findings and, once it has one, its move."""

    __slots__ = (
        "blob",
        "checked_utc",
        "findings",
        "groups",
        "key",
        "mapping",
        "move",
        "online",
        "passed",
        "worst",
    )

    def __init__(self, checked: CheckedRow) -> None:
        self.mapping: Mapping = checked.mapping
        self.key: str = checked.mapping.key
        self.move: Move | None = None
        self.set_checked(checked)

    def set_checked(self, checked: CheckedRow) -> None:
        """Take what the checks and the pre-flight found of the row."""
        self.findings: tuple[Finding, ...] = checked.findings
        self.online: tuple[Finding, ...] = checked.online
        self.passed: tuple[str, ...] = checked.passed
        self.checked_utc: datetime | None = checked.checked_utc
        self.worst: Level = checks.worst(checked.findings) if checked.findings else Level.PASS
        mapping = self.mapping
        self.blob: str = "\n".join(
            (
                mapping.source_upn,
                mapping.target_upn,
                mapping.batch,
                *(finding.code for finding in self.findings),
            )
        ).casefold()
        self.groups: int = self._groups()

    @property
    def status(self) -> MoveStatus:
        """The move's, once it has one; until then what the findings say."""
        if self.moving and self.move is not None:
            return self.move.status
        return MoveStatus.INVALID if self.worst is Level.BLOCK else MoveStatus.READY

    @property
    def moving(self) -> bool:
        """A move was planned or made."""
        return self.move is not None and self.move.status not in _BEFORE_PLAN

    @property
    def held_back(self) -> bool:
        """The workbook's own Include column says No, and no move was ever made."""
        return not self.mapping.include and not self.moving

    @property
    def startable(self) -> bool:
        may_start = self.mapping.include and self.worst is not Level.BLOCK
        return may_start and self.status is MoveStatus.READY

    @property
    def status_text(self) -> str:
        if self.held_back and self.worst is not Level.BLOCK:
            return strings.HELD_BACK
        label = texts.status_label(self.status)
        if self.status is MoveStatus.UNKNOWN and self.move and self.move.service_state:
            label = self.move.service_state
        if self.move and self.move.cancel_wished and not self.status.is_final:
            return strings.CANCEL_WISHED.format(status=label)
        return label

    @property
    def status_kind(self) -> str:
        if self.held_back and self.worst is not Level.BLOCK:
            return "waiting"
        return str(texts.status_kind(self.status))

    @property
    def remedy(self) -> str:
        """The first thing to do, in the words of the workbook; "" when there is nothing.

        The workbook leaves out the warnings of rows that may start; here they are worth reading.
        """
        words = status_cells.what_to_do(CheckedRow(self.mapping, self.findings), self.move)
        return words or ("" if self.moving else texts.first_remedy(self.findings))

    @property
    def corrections(self) -> tuple[tuple[str, Correction], ...]:
        """The cells whose correction is offered."""
        return tuple((f.cell, f.correction) for f in self.findings if f.correction and f.cell)

    def set_move(self, move: Move) -> None:
        self.move = move
        self.groups = self._groups()

    def sort_value(self, column: Column) -> tuple[float, str] | tuple[float]:
        """The native value of a cell; values of one column compare with each other."""
        mapping, move = self.mapping, self.move
        if column is Column.SOURCE:
            return (0, mapping.source_upn.casefold())
        if column is Column.TARGET:
            return (0, mapping.target_upn.casefold())
        if column is Column.BATCH:
            return (0 if mapping.batch else 1, mapping.batch.casefold())
        if column is Column.CHECK:
            return (-SEVERITY[self.worst],)
        if column is Column.STATUS:
            return (_STATUS_ORDER[self.status],)
        if column is Column.REMEDY:
            text = self.remedy
            return (0 if text else 1, text)
        if column is Column.BEGIN:
            begin = move.window.begin_utc if move else None
            return (begin.timestamp() if begin else _FAR_FUTURE,)
        if column is Column.UPDATED:
            updated = move.updated_utc if move else None
            return (updated.timestamp() if updated else _FAR_FUTURE,)
        return (mapping.row,)

    def _groups(self) -> int:
        status = self.status
        groups = _ALL
        if status is MoveStatus.READY and self.startable:
            groups |= _READY
        if status is MoveStatus.INVALID:
            groups |= _BLOCKED
        elif status is MoveStatus.SUCCESS:
            groups |= _DONE
        elif status.is_final:
            groups |= _FAILED
        elif status is not MoveStatus.READY:
            groups |= _RUNNING
        if status is MoveStatus.UNKNOWN or (self._unclear() and not status.is_final):
            groups |= _ATTENTION
        return groups

    def _unclear(self) -> bool:
        # Held back by the admin's own wish: nothing to attend to.
        levels = {finding.level for finding in self.findings if finding.code != HELD_BACK}
        return Level.BLOCK not in levels and bool(levels & {Level.WARN, Level.UNKNOWN})


class Search:
    """A parsed search: words anywhere, and `source:`, `target:`, `batch:`, `code:`, `row:`.

    What stands between quotes is one word: `batch:"Wave 1"`.
    """

    def __init__(self, text: str) -> None:
        self._words: list[str] = []
        self._fields: list[tuple[str, str]] = []
        for quoted in _WORDS.findall(text.casefold()):
            word = quoted.replace('"', "")
            name, colon, value = word.partition(":")
            if colon and name in {"source", "target", "batch", "code", "row"}:
                if value:
                    self._fields.append((name, value))
            else:
                self._words.append(word)

    @property
    def empty(self) -> bool:
        return not (self._words or self._fields)

    def matches(self, row: Row) -> bool:
        blob = row.blob
        for word in self._words:
            if word not in blob and word not in row.status_text.casefold():
                return False
        return all(self._field_matches(row, name, value) for name, value in self._fields)

    @staticmethod
    def _field_matches(row: Row, name: str, value: str) -> bool:
        mapping = row.mapping
        if name == "row":
            return str(mapping.row) == value
        if name == "code":
            code = row.move.error_code.casefold() if row.move else ""
            return value == code or any(f.code.casefold() == value for f in row.findings)
        held = {"source": mapping.source_upn, "target": mapping.target_upn, "batch": mapping.batch}
        return value in held[name].casefold()
