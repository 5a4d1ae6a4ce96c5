"""The table model: owns order and filter itself, and tells of a batch of events in one signal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app import plan, texts
from app.events import CheckedRow
from app.model import Level, Mapping, Move, MoveStatus
from ui import strings
from ui.rows import Column, Group, Row, Search, count_groups, visible_rows
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
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class MappingModel(QAbstractTableModel):
    """Rows of the workbook as the filter and the sort show them."""

    counts_changed = Signal()
    columns_changed = Signal()
    """A column has something to show for the first time."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._shown: list[int] = []
        self._place: dict[int, int] = {}
        self._by_key: dict[str, int] = {}
        self._by_row: dict[int, int] = {}
        self._group = Group.ALL
        self._search = Search("")
        self._sort_column = Column.ROW
        self._descending = False
        self._zone = "UTC"
        self._moves: dict[str, Move] = {}
        self._stale = False
        self.group_counts: Counter[Group] = Counter()
        self.status_counts: Counter[MoveStatus] = Counter()
        """Rows that have a move, by its status."""
        self.has_moves = False
        """Some row has, or had, a move: there are times to show."""
        self.has_begins = False
        """Some move has a begin time."""

    # What Qt asks

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[Column(section)] if 0 <= section < len(Column) else None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        row = self._rows[self._shown[index.row()]]
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == RowRole:
            return row
        if role == ValueRole:
            return row.sort_value(column)[-1]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADERS[column]}: {self._text(row, column)}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column is Column.ROW:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by native values; rows that compare equal keep the order of the workbook."""
        self._sort_column = Column(max(0, column))
        self._descending = order is Qt.SortOrder.DescendingOrder
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        numbers = [self._shown[index.row()] for index in before]
        self._arrange(sorted(self._shown))
        after = [
            self.index(self._place[number], index.column())
            for number, index in zip(numbers, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    # What the window asks

    @property
    def rows(self) -> Sequence[Row]:
        """Every row of the workbook, shown or not, in its order."""
        return self._rows

    @property
    def shown(self) -> Sequence[int]:
        """The numbers of the shown rows (places in `rows`), top to bottom."""
        return self._shown

    @property
    def group(self) -> Group:
        return self._group

    @property
    def stale(self) -> bool:
        """Events have changed which rows the filter lets through, or their order."""
        return self._stale

    def place(self, number: int) -> int:
        """Where the row is shown, or -1."""
        return self._place.get(number, -1)

    def number_of(self, one: Mapping | Move) -> int:
        """The number of the row of a mapping or move, or -1.

        Two rows may name the same person, and an accepted correction changes the key of a move:
        the row of the sheet decides between equals, and stands in where no key fits.
        """
        at_row = self._by_row.get(one.row, -1)
        if at_row >= 0 and self._rows[at_row].key == one.key:
            return at_row
        return self._by_key.get(one.key, at_row if isinstance(one, Move) else -1)

    def number_of_key(self, key: str) -> int:
        return self._by_key.get(key, -1)

    def set_rows(self, checked: Iterable[CheckedRow]) -> None:
        """A workbook was read: all rows are new, the known moves stay."""
        self.beginResetModel()
        self._rows = [Row(one) for one in checked]
        self._by_key, self._by_row = {}, {}
        for number, row in enumerate(self._rows):
            self._by_key.setdefault(row.key, number)
            self._by_row[row.mapping.row] = number
        self.status_counts = Counter()
        for move in self._moves.values():
            self._give(move)
        self._arrange(visible_rows(self._rows, self._group, self._search))
        self.group_counts = count_groups(self._rows)
        self.endResetModel()
        self.counts_changed.emit()

    def set_filter(self, group: Group, text: str) -> None:
        """Show the rows of a group that match a search. A reset: the view keeps the selection."""
        self._group, self._search = group, Search(text)
        self.refilter()

    def refilter(self) -> None:
        """Filter and sort again by what the rows say now."""
        self.beginResetModel()
        self._arrange(visible_rows(self._rows, self._group, self._search))
        self.endResetModel()

    def set_zone(self, zone: str) -> None:
        """Show times in this IANA zone."""
        if zone == self._zone:
            return
        self._zone = zone
        if self._shown:
            self._tell(0, len(self._shown) - 1, Column.UPDATED)

    def apply_moves(self, moves: Iterable[Move]) -> set[int]:
        """Take the newest state of moves; gives the numbers of the rows that changed."""
        changed: set[int] = set()
        for move in moves:
            self._moves[move.key] = move
            number = self.number_of(move)
            if number < 0:
                continue
            groups = self._rows[number].groups
            self._give(move)
            changed.add(number)
            if self._rows[number].groups != groups:
                self._recount(groups, self._rows[number].groups)
                self._stale = self._stale or self._group is not Group.ALL
        if self._sort_column in {Column.STATUS, Column.BEGIN, Column.UPDATED, Column.REMEDY}:
            self._stale = self._stale or bool(changed)
        places = [self._place[number] for number in changed if number in self._place]
        if places:
            self._tell(min(places), max(places), Column.STATUS)
        if changed:
            self.counts_changed.emit()
        return changed

    def apply_checked(self, rows: Iterable[CheckedRow]) -> set[int]:
        """Take what the pre-flight found of rows; gives the numbers of those that changed."""
        changed: set[int] = set()
        for checked in rows:
            number = self._by_row.get(checked.mapping.row, -1)
            if number < 0 or self._rows[number].mapping != checked.mapping:
                continue
            row = self._rows[number]
            groups = row.groups
            row.set_checked(checked)
            changed.add(number)
            if row.groups != groups:
                self._recount(groups, row.groups)
                self._stale = self._stale or self._group is not Group.ALL
        if self._sort_column in {Column.CHECK, Column.STATUS, Column.REMEDY}:
            self._stale = self._stale or bool(changed)
        places = [self._place[number] for number in changed if number in self._place]
        if places:
            self._tell(min(places), max(places), Column.CHECK)
        if changed:
            self.counts_changed.emit()
        return changed

    def forget(self) -> None:
        """Another workbook is opened: neither rows nor moves stay."""
        self._moves = {}
        self.has_moves = self.has_begins = False
        self.set_rows(())

    def _give(self, move: Move) -> None:
        number = self.number_of(move)
        if number < 0:
            return
        row = self._rows[number]
        if row.moving:
            self.status_counts[row.status] -= 1
        row.set_move(move)
        if row.moving:
            self.status_counts[row.status] += 1
        self._note_columns(moving=row.moving, begins=move.window.begin_utc is not None)

    def _note_columns(self, *, moving: bool, begins: bool) -> None:
        if (moving and not self.has_moves) or (begins and not self.has_begins):
            self.has_moves |= moving
            self.has_begins |= begins
            self.columns_changed.emit()

    def _tell(self, first: int, last: int, column: Column) -> None:
        self.dataChanged.emit(
            self.index(first, column), self.index(last, max(Column)), _CHANGED_ROLES
        )

    def _recount(self, before: int, after: int) -> None:
        for group in Group:
            if before & group:
                self.group_counts[group] -= 1
            if after & group:
                self.group_counts[group] += 1

    def _arrange(self, numbers: list[int]) -> None:
        column = self._sort_column
        if column is not Column.ROW or self._descending:
            rows = self._rows
            numbers.sort(key=lambda n: rows[n].sort_value(column), reverse=self._descending)
        self._shown = numbers
        self._place = {number: place for place, number in enumerate(numbers)}
        self._stale = False

    def _text(self, row: Row, column: Column) -> str:
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
        return self._text(row, column)
