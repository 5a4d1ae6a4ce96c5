"""Writes our columns into a workbook and nothing else: bytes are spliced, nothing is rewritten."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from app.errors import WorkbookError
from app.workbook import grow, place
from app.workbook.areas import Area, letters_of
from app.workbook.own_cells import OwnCells
from app.workbook.package import related, sheets, workbook_part_name
from app.workbook.recalculation import OurCells, formulas_see, recalculating
from app.workbook.row_writer import OwnColumn, RowWriter
from app.workbook.rows import find_rows
from app.workbook.sheet_xml import SheetXml
from app.workbook.status import StatusWrite
from app.workbook.strings_xml import SharedStrings
from app.workbook.styles_xml import Styles
from app.workbook.table_xml import Table, with_columns
from app.workbook.xml_bytes import (
    Part,
    Splice,
    WellFormed,
    attributes,
    cannot_patch,
    pieces,
    spliced,
)
from app.workbook.zip_copy import Packed, copy_with, pack


@dataclass(frozen=True, slots=True)
class PatchResult:
    """What was written."""

    changed: bool
    """False: the workbook says it already; nothing was written."""
    rows_written: int
    rows_missing: tuple[str, ...]
    conflicts: tuple[str, ...]
    """Cells of ours that hold a formula of the admin's; left as they are."""


def patch_package(
    source: Path, target: Path, write: StatusWrite, *, is_known: bool = False
) -> PatchResult:
    """Write `source` with our cells into `target`, which must not exist.

    `is_known`: the file is as our last write left it, so that only the rows that change must be
    checked for being proper XML, which takes a third of the time of a large workbook.

    Raises WorkbookError CANNOT_PATCH, SHEET_PROTECTED, NO_SUCH_SHEET, COLUMNS_GONE, and what
    zipfile raises for a package that is damaged or just being saved; nothing is left at `target`
    then.
    """
    with zipfile.ZipFile(source) as package:
        patch = _Patch(package, write, is_known=is_known)
        changed = patch.changed_parts()
        result = patch.result(is_changed=bool(changed))
    if changed:
        _write(source, target, changed)
    return result


def _write(source: Path, target: Path, changed: dict[str, Packed]) -> None:
    with target.open("xb") as file:
        try:
            copy_with(source, file, changed)
        except BaseException:
            file.close()
            target.unlink()
            raise


class _Patch:
    def __init__(self, package: zipfile.ZipFile, write: StatusWrite, *, is_known: bool) -> None:
        if any(part.flag_bits & 1 for part in package.infolist()):
            raise cannot_patch("A part of the package is encrypted.")
        self._package = package
        self._write = write
        name = workbook_part_name(package)
        self._workbook = Part(name, package.read(name))
        self._sheet_index, part = self._find_sheet()
        self._sheet = SheetXml(part, package.read(part))
        self._shared = self._shared_strings()
        self._styles_part = next(iter(related(package, name, "styles")), "")
        styles = package.read(self._styles_part) if self._styles_part else None
        self._styles = Styles(self._styles_part, styles)
        self._tables = place.tables_of(package, part)
        self._header = place.find_header(self._sheet, self._shared, write)
        self._there = place.own_columns(self._header, self._tables, write.columns)
        self._rows = find_rows(
            self._sheet,
            self._shared,
            self._header,
            write.rows,
            measure=len(self._there) < len(write.columns),
        )
        self._table: Table | None = None
        self._filter: Area | None = None
        self._drawn = -1
        self._new = self._place_new()
        cells = OwnCells(
            self._sheet.prefix, self._styles, write.colours, is_1904=self._counts_from_1904()
        )
        # New columns change more than rows.
        self._rows_check = WellFormed(part) if is_known and not self._new else None
        self._writer = RowWriter(
            self._sheet, self._shared, self._styles, cells, self._own_columns()
        )

    def result(self, *, is_changed: bool) -> PatchResult:
        """What was done, once `changed_parts` has been called."""
        rows = self._rows
        return PatchResult(is_changed, len(rows), rows.missing, tuple(self._writer.conflicts))

    def changed_parts(self) -> dict[str, Packed]:
        """The parts that differ from the package's, checked and packed; none when nothing does."""
        splices = self._sheet_splices()
        first = next(splices, None)
        if first is None:
            return {}
        sheet = self._sheet
        new = pieces(sheet.xml, chain([first], splices))
        check = WellFormed(sheet.name) if self._rows_check is None else None
        changed = {sheet.name: pack(new, check)}
        others: dict[str, bytes] = {}
        if self._table is not None:
            others[self._table.part.name] = with_columns(self._table, self._new_headers())
        # Only now is it known which formats our cells need.
        styles = self._styles.changed
        if styles is not None:
            others[self._styles_part] = styles
        workbook_splices = self._workbook_splices()
        if workbook_splices:
            others[self._workbook.name] = spliced(self._workbook.xml, workbook_splices)
        return changed | {name: pack([xml], WellFormed(name)) for name, xml in others.items()}

    # Finding

    def _find_sheet(self) -> tuple[int, str]:
        for index, (name, part) in enumerate(sheets(self._package)):
            if name == self._write.sheet and part is not None:
                return index, part
        raise WorkbookError(
            "NO_SUCH_SHEET",
            f"The sheet {self._write.sheet} is not in the workbook any more",
            "",
            "Give the sheet its old name, or read the workbook again.",
        )

    def _shared_strings(self) -> SharedStrings:
        for name in related(self._package, self._workbook.name, "sharedStrings"):
            return SharedStrings(name, self._package.read(name))
        return SharedStrings("", b"<sst/>")

    def _counts_from_1904(self) -> bool:
        properties = self._workbook.child(self._workbook.root, "workbookPr")
        tag = self._workbook.tag(properties) if properties is not None else b""
        return attributes(tag).get("date1904") in ("1", "true")

    def _place_new(self) -> dict[int, int]:
        """Our columns that are not there yet, each with its place: right of all that is there.

        Next to the mapping's own table or filter in any case, so that they sort and filter with
        it; else also right of charts and pictures.
        """
        if len(self._there) == len(self._write.columns):
            return {}
        areas = place.right_of_areas(self._package, self._sheet, self._tables)
        right = max(self._rows.right, areas)
        self._table = place.growing_table(self._tables, self._header, right)
        self._filter = place.filter_area(self._sheet, self._header, right)
        self._drawn = place.right_of_drawings(self._package, self._sheet)
        if self._table is None and self._filter is None:
            right = max(right, self._drawn)
        return place.new_columns(self._write, self._there, right)

    def _own_columns(self) -> list[OwnColumn]:
        places = self._there | self._new
        styles = grow.column_styles(self._sheet, places.values())
        return [
            OwnColumn(index, at, letters_of(at).encode(), column.kind, styles[at])
            for index, column in enumerate(self._write.columns)
            for at in (places[index],)
        ]

    # Writing

    def _sheet_splices(self) -> Iterator[Splice]:
        """What changes in the sheet, in the order of the part."""
        sheet = self._sheet
        if self._new:
            last = max(self._new.values())
            extent, widths = (
                grow.grown_dimension(sheet, last),
                grow.widths(sheet, self._new_widths()),
            )
            yield from sorted(extent + widths)
            headers = {at: self._write.columns[index].header for index, at in self._new.items()}
            yield from self._writer.write_header(self._header.row, headers)
        check = self._rows_check
        if check is not None:
            check.feed(sheet.tag(sheet.root))
        wanted, write_row = self._write.rows, self._writer.write
        for row, index, last in self._rows:
            splices = write_row(row, wanted[index].cells, last)
            if check is not None and splices:
                check.feed(sheet.whole_row(row, splices))
            yield from splices
        if check is not None:
            check.feed(b"</%b>" % sheet.root.name)
            check.close()
        if self._new and self._filter is not None:
            yield from grow.grown_filter(sheet, self._filter, max(self._new.values()))

    def _new_headers(self) -> list[str]:
        return [self._write.columns[index].header for index in self._new]

    def _new_widths(self) -> dict[int, float]:
        # A wider column would stretch the charts and pictures that lie over it.
        return {
            at: self._write.columns[index].width
            for index, at in self._new.items()
            if at > self._drawn
        }

    def _workbook_splices(self) -> list[Splice]:
        splices: list[Splice] = []
        if self._new and self._filter is not None:
            last = max(self._new.values())
            splices += grow.grown_filter_name(self._workbook, self._sheet_index, self._filter, last)
        if self._formulas_see_ours():
            splices += recalculating(self._workbook)
        return splices

    def _formulas_see_ours(self) -> bool:
        places = [*self._there.values(), *self._new.values()]
        tables = [
            table
            for table in self._tables
            if table is self._table
            or any(table.area.left <= at <= table.area.right for at in places)
        ]
        headers = [column.header for column in self._write.columns]
        ours = OurCells(self._write.sheet, places, headers, tables, self._workbook)
        others = [part for _, part in sheets(self._package) if part and part != self._sheet.name]
        return formulas_see(self._package, others, self._sheet, ours)
