"""The table model: owns order and filter itself, and tells of a batch of events in one signal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app import plan, texts
from app.events import CheckedRow
from app.model import Level, Mapping, Move, MoveStatus
from ui import strings
from ui.row_index import RowIndex, Wish
from ui.row_set import RowSet
from ui.rows import Column, Group, Row
from ui.visible import visible

ValueRole = int(Qt.ItemDataRole.UserRole)
RowRole = int(Qt.ItemDataRole.UserRole) + 1

HEADERS = {
    Column.ROW: strings.COLUMN_ROW,
    Column.SOURCE: strings.COLUMN_SOURCE,
    Column.TARGET: strings.COLUMN_TARGET,
    Column.BATCH: strings.COLUMN_BATCH,
    Column.CHECK: strings.COLUMN_CHECK,
    Column.STATUS: strings.COLUMN_STATUS,
    Column.REMEDY: strings.COLUMN_REMEDY,
    Column.UPDATED: strings.COLUMN_UPDATED,
    Column.BEGIN: strings.COLUMN_BEGIN,
}
LEVEL_WORDS = {
    Level.PASS: strings.LEVEL_PASS,
    Level.WARN: strings.LEVEL_WARN,
    Level.BLOCK: strings.LEVEL_BLOCK,
    Level.UNKNOWN: strings.LEVEL_UNKNOWN,
}
_CHANGED_ROLES = [
    int(Qt.ItemDataRole.DisplayRole),
    int(Qt.ItemDataRole.ToolTipRole),
    int(Qt.ItemDataRole.AccessibleTextRole),
    ValueRole,
]
_SPANS = 32
"""So many parts of the table at most are told of at once; more are told as one."""
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class MappingModel(QAbstractTableModel):
    """Rows of the workbook as the filter and the sort show them."""

    counts_changed = Signal()
    columns_changed = Signal()
    """The rows are others, or a column has something to show for the first time."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._set = RowSet()
        self._index = RowIndex(self._set)
        self._next: RowIndex | None = None
        self._zone = "UTC"
        self._moves: dict[str, Move] = {}

    # What Qt asks

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._index.shown)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[Column(section)] if 0 <= section < len(Column) else None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = self._index.shown
        if not index.isValid() or index.row() >= len(shown):
            return None
        row = self._set.rows[shown[index.row()]]
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == RowRole:
            return row
        if role == ValueRole:
            return row.sort_value(column)[-1]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADERS[column]}: {self.text(row, column)}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column is Column.ROW:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by native values; rows that compare equal keep the order of the workbook."""
        wish = self._sorted_wish(column, order)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        numbers = [self._index.shown[index.row()] for index in before]
        self._show(wish)
        after = [
            self.index(self._index.place(number), index.column())
            for number, index in zip(numbers, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    # What the window asks

    @property
    def rows(self) -> Sequence[Row]:
        """Every row of the workbook, shown or not, in its order."""
        return self._set.rows

    @property
    def row_set(self) -> RowSet:
        """The rows with how many are of which kind."""
        return self._set

    @property
    def group_counts(self) -> Counter[Group]:
        """How many rows each filter holds."""
        return self._set.tally.groups

    @property
    def status_counts(self) -> Counter[MoveStatus]:
        """Rows that have a move, by its status."""
        return self._set.tally.statuses

    @property
    def has_moves(self) -> bool:
        """Some row has, or had, a move: there are times to show."""
        return self._set.has_moves

    @property
    def has_begins(self) -> bool:
        """Some move has a begin time."""
        return self._set.has_begins

    @property
    def shown(self) -> Sequence[int]:
        """The numbers of the shown rows (places in `rows`), top to bottom."""
        return self._index.shown

    @property
    def group(self) -> Group:
        return self._index.wish.group

    @property
    def stale(self) -> bool:
        """Events have changed which rows the filter lets through, or their order."""
        return self._index.stale

    def row_at(self, place: int) -> Row:
        """The row that is shown there."""
        return self._set.rows[self._index.shown[place]]

    def place(self, number: int) -> int:
        """Where the row is shown, or -1."""
        return self._index.place(number)

    def number_of(self, one: Mapping | Move) -> int:
        """The number of the row of a mapping or move, or -1."""
        return self._set.number_of(one)

    def number_of_key(self, key: str) -> int:
        return self._set.number_of_key(key)

    def known_moves(self) -> dict[str, Move]:
        """The newest state of each move that was told, also of people who have no row."""
        return self._moves

    def set_rows(self, checked: Sequence[CheckedRow]) -> None:
        """A workbook was read: all rows are new, the known moves stay."""
        rows = RowSet()
        for _ in rows.fill(checked, self._moves):
            pass
        self.show_rows(rows, _prepared(RowIndex(rows, self._index.wish)))

    def arranging(self, rows: RowSet) -> Generator[None, None, RowIndex]:
        """Arrange rows as it is wished now, slice by slice, to show them afterwards."""
        index = RowIndex(rows, self._index.wish)
        yield from index.prepare()
        return index

    def show_rows(self, rows: RowSet, index: RowIndex) -> RowSet:
        """Show these instead; gives those that were shown."""
        if index.wish != self._index.wish:
            # The admin wished something else meanwhile.
            index = _prepared(RowIndex(rows, self._index.wish))
        self.beginResetModel()
        former, self._set, self._index, self._next = self._set, rows, index, None
        self.endResetModel()
        self.columns_changed.emit()
        self.counts_changed.emit()
        return former

    def set_filter(self, group: Group, text: str) -> None:
        """Show the rows of a group that match a search. A reset: the view keeps the selection."""
        self.beginResetModel()
        self._show(replace(self._index.wish, group=group, text=text))
        self.endResetModel()

    def preparing_filter(self, group: Group, text: str) -> Iterator[None]:
        """What `set_filter` has to look at, slice by slice; no row may change before it is set."""
        return self._preparing(replace(self._index.wish, group=group, text=text))

    def preparing_sort(self, column: int, order: Qt.SortOrder) -> Iterator[None]:
        """The same for `sort`."""
        return self._preparing(self._sorted_wish(column, order))

    def refilter(self) -> None:
        """Filter and sort again by what the rows say now."""
        self.beginResetModel()
        self._index.arrange()
        self.endResetModel()

    def set_zone(self, zone: str) -> None:
        """Show times in this IANA zone."""
        if zone == self._zone:
            return
        self._zone = zone
        if self._index.shown:
            self._tell(0, len(self._index.shown) - 1, Column.UPDATED)

    def apply_moves(self, moves: Iterable[Move]) -> set[int]:
        """Take the newest state of moves; gives the numbers of the rows that changed."""
        had = self.has_moves, self.has_begins
        changed: set[int] = set()
        for move in moves:
            self._moves[move.key] = move
            changed.add(self._set.give(move))
        self._changed(changed, Column.STATUS)
        if had != (self.has_moves, self.has_begins):
            self.columns_changed.emit()
        return changed

    def apply_checked(self, rows: Iterable[CheckedRow]) -> set[int]:
        """Take what the pre-flight found of rows; gives the numbers of those that changed."""
        changed = {self._set.check(checked) for checked in rows}
        self._changed(changed, Column.CHECK)
        return changed

    def forget(self) -> RowSet:
        """Another workbook is opened: neither rows nor moves stay. Gives the rows that were."""
        self._moves = {}
        rows = RowSet()
        return self.show_rows(rows, _prepared(RowIndex(rows, self._index.wish)))

    def _preparing(self, wish: Wish) -> Iterator[None]:
        index = RowIndex(self._set, wish, self._index)
        yield from index.prepare()
        self._next = index

    def _show(self, wish: Wish) -> None:
        index, self._next = self._next, None
        if index is None or index.wish != wish:
            index = _prepared(RowIndex(self._set, wish, self._index))
        self._index = index

    def _sorted_wish(self, column: int, order: Qt.SortOrder) -> Wish:
        return replace(
            self._index.wish,
            column=Column(max(0, column)),
            descending=order is Qt.SortOrder.DescendingOrder,
        )

    def _changed(self, numbers: set[int], column: Column) -> None:
        numbers.discard(-1)
        self._next = None
        for number in numbers:
            self._index.note(number)
        places = sorted(map(self._index.place, numbers))
        for first, last in _spans([place for place in places if place >= 0]):
            self._tell(first, last, column)
        if numbers:
            self.counts_changed.emit()

    def _tell(self, first: int, last: int, column: Column) -> None:
        self.dataChanged.emit(
            self.index(first, column), self.index(last, max(Column)), _CHANGED_ROLES
        )

    def text(self, row: Row, column: Column) -> str:
        """What a cell says."""
        mapping, move = row.mapping, row.move
        if column is Column.ROW:
            return str(mapping.row)
        if column is Column.SOURCE:
            return visible(mapping.source_upn)
        if column is Column.TARGET:
            return visible(mapping.target_upn)
        if column is Column.BATCH:
            return mapping.batch or (move.batch if move else "")
        if column is Column.CHECK:
            return LEVEL_WORDS[row.worst]
        if column is Column.STATUS:
            return row.status_text
        if column is Column.REMEDY:
            return row.remedy
        moment = None
        if move is not None:
            moment = move.window.begin_utc if column is Column.BEGIN else move.updated_utc
        if moment is None:
            return ""
        # The zone is that of the plan bar, and in the tooltip.
        return plan.both_times(moment, self._zone)[0].removesuffix(f" {self._zone}")

    def _tip(self, row: Row, column: Column) -> str:
        if column is Column.CHECK:
            return "\n".join(texts.reason(finding) for finding in row.findings)
        if column is Column.STATUS:
            return texts.status_meaning(row.status)
        if column in {Column.BEGIN, Column.UPDATED} and row.move is not None:
            move = row.move
            moment = move.window.begin_utc if column is Column.BEGIN else move.updated_utc
            return "\n".join(plan.both_times(moment, self._zone)) if moment else ""
        return self.text(row, column)


def _prepared(index: RowIndex) -> RowIndex:
    for _ in index.prepare():
        pass
    return index


def _spans(places: list[int]) -> list[tuple[int, int]]:
    """The unbroken parts of sorted places, first and last of each; one part when they are many."""
    spans: list[tuple[int, int]] = []
    for place in places:
        if spans and place == spans[-1][1] + 1:
            spans[-1] = spans[-1][0], place
        else:
            spans.append((place, place))
    return [(places[0], places[-1])] if len(spans) > _SPANS else spans
