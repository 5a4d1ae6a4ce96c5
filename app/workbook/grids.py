"""The sheets of a file as rows of values, whatever the format; only what is asked for is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice, repeat
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import python_calamine

from app.workbook.csv_text import read_grid
from app.workbook.guard import Admitted, Kind, admit
from app.workbook.headers import Area
from app.workbook.refusals import damaged, not_a_workbook, protected

CSV_SHEET = "CSV"
_BLOCK = 1_000

Rows = Sequence[Sequence[Any]]
"""Index 0 is row 1 and column A, whatever stands there; all rows have the same length."""


class Sheet(Protocol):
    """One sheet, read once."""

    def rows(self, most: int | None = None) -> Rows:
        """Its rows from row 1 on, no more than `most`."""

    def columns(self, places: Sequence[int]) -> list[list[Any]]:
        """Some of its columns, each from row 1 on; one for each place, which counts from 0."""

    @property
    def merged(self) -> Sequence[Area]:
        """Its merged areas, where the format tells them."""


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet of cells that can be read."""

    name: str
    is_hidden: bool


class Source(Protocol):
    """An open file."""

    names: tuple[SheetName, ...]

    def sheet(self, name: str) -> Sheet:
        """Read one sheet."""

    def close(self) -> None:
        """Let go of what no sheet needs that was read; no other can be read any more."""


def text_of(value: Any) -> str:
    """A cell's value as the text that a person would type."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() | date() | time() | timedelta():
            return str(value)
        case None:
            return ""
        case _:
            return repr(value)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Admitted, Source]]:
    """The sheets of a file that the guard has admitted. Raises WorkbookError.

    A large workbook is opened while the guard looks at its worksheets, which opening does not
    touch; whatever comes of it counts only when the guard is done.
    """
    begun: list[Future[Any]] = []
    with ThreadPoolExecutor(max_workers=1) as thread:
        admitted = admit(path, lambda data: begun.append(thread.submit(_parser, data)))
        if admitted.kind is Kind.TEXT:
            yield admitted, _Text(read_grid(path, admitted.data))
            return
        with _explained(path):
            book = begun[0].result() if begun else _parser(admitted.data)
            with closing(_Workbook(book)) as source:
                yield admitted, source


def _parser(data: bytes) -> Any:
    # The bytes and not the path: the parser would believe the ending of the name.
    return python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What the parser says becomes a WorkbookError."""
    try:
        yield
    except python_calamine.PasswordError as error:
        raise protected(path) from error
    except (python_calamine.XmlError, python_calamine.ZipError) as error:
        raise damaged(path, str(error)) from error
    except python_calamine.CalamineError as error:
        raise not_a_workbook(path, f"The reader says: {error}.") from error
    except BaseException as error:
        # A broken promise inside the parser, which is written in Rust; there is no class to name.
        if type(error).__name__ == "PanicException":
            raise damaged(path, "the reader cannot make sense of it") from error
        raise


class _Workbook:
    def __init__(self, book: Any) -> None:
        self._book = book
        self.names = tuple(
            SheetName(one.name, one.visible != python_calamine.SheetVisibleEnum.Visible)
            for one in book.sheets_metadata
            if one.typ == python_calamine.SheetTypeEnum.WorkSheet
        )

    def sheet(self, name: str) -> Sheet:
        return _CalamineSheet(self._book.get_sheet_by_name(name))

    def close(self) -> None:
        with suppress(python_calamine.WorkbookClosed):
            self._book.close()


class _CalamineSheet:
    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet

    def rows(self, most: int | None = None) -> Rows:
        rows: Rows = self._sheet.to_python(skip_empty_area=False, nrows=most)
        return rows

    def columns(self, places: Sequence[int]) -> list[list[Any]]:
        # This way rows begin where the first filled column is, but the empty ones above are there.
        left = self._sheet.start[1] if self._sheet.start else 0
        width = self._sheet.width
        rows = iter(self._sheet.iter_rows())
        columns: list[list[Any]] = [[] for _ in places]
        # Row by row, so that never more than a few rows are there with all their cells.
        while block := list(islice(rows, _BLOCK)):
            for column, place in zip(columns, places, strict=True):
                if 0 <= place - left < width:
                    column.extend(map(itemgetter(place - left), block))
                else:
                    column.extend(repeat("", len(block)))
        return columns

    @property
    def merged(self) -> Sequence[Area]:
        # Formats that do not tell merged areas give None.
        return self._sheet.merged_cell_ranges or ()


class _Text:
    """A list in plain text: one sheet."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.names: tuple[SheetName, ...] = (SheetName(CSV_SHEET, is_hidden=False),)
        self._rows = rows
        self.merged: Sequence[Area] = ()

    def sheet(self, name: str) -> Sheet:
        assert name == CSV_SHEET
        return self

    def close(self) -> None:
        pass

    def rows(self, most: int | None = None) -> Rows:
        return self._rows if most is None else self._rows[:most]

    def columns(self, places: Sequence[int]) -> list[list[Any]]:
        return [[row[place] for row in self._rows] for place in places]
