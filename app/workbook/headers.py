"""Which sheet and columns hold the mapping: recognised from headers and values, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Grid = Sequence[Sequence[str]]

_SEARCHED_ROWS = 30
_SAMPLE = 200
_SOURCE = frozenset(
    {
        "sourceupn",
        "sourceuserprincipalname",
        "sourceuserupn",
        "sourceuser",
        "sourceemail",
        "sourcemail",
        "sourceaccount",
        "fromupn",
        "oldupn",
    }
)
_TARGET = frozenset(
    {
        "targetupn",
        "targetuserprincipalname",
        "targetuserupn",
        "targetuser",
        "targetemail",
        "targetuseremail",
        "targetmail",
        "targetaccount",
        "destinationupn",
        "destinationuserprincipalname",
        "destinationuser",
        "destinationemail",
        "toupn",
        "newupn",
    }
)
_SURE = frozenset({"upn", "userprincipalname", "userupn", "user", "account"})
"""What stands behind "source" or "target" in a header that names an account without a doubt."""
_LONE = frozenset({"userprincipalname", "upn", "email", "mail", "user", "emailaddress"})
_BATCH = frozenset({"batch", "batchname", "wave", "wavename"})
_INCLUDE = frozenset({"include", "included"})
_OURS = "ferry "
_NO = frozenset({"no", "n", "nein", "non", "false", "0", "falsch", "faux", "nee"})
_UPN_LIKE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_IDENTITY_MAP_WIDTH = 6


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the mapping lies in a sheet; columns counted from 0, -1 for none."""

    header_row: int
    """Counted from 1; 0 for a sheet without a header."""
    columns: tuple[str, ...]
    source: int
    target: int
    batch: int
    include: int
    is_sure: bool
    """Both columns are known without a doubt."""


def folded(header: str) -> str:
    """The form in which headers are compared: no case, no blanks, `_` or `-`."""
    return re.sub(r"[\s_\-]+", "", header).casefold()


def says_no(value: str) -> bool:
    """The workbook's Include column holds this person back."""
    return value.strip().casefold() in _NO


def column_letter(index: int) -> str:
    """Excel's name of a column counted from 0."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """A unique name for each column: its header, numbered when it occurs again, else its letter."""
    seen: dict[str, int] = {}
    names = []
    for index, cell in enumerate(cells):
        name = " ".join(cell.split()) or column_letter(index)
        count = seen[name] = seen.get(name, 0) + 1
        names.append(name if count == 1 else f"{name} ({count})")
    return tuple(names)


def chosen(columns: Sequence[str], name: str) -> int:
    """The column that the admin named by header or by letter; -1 when there is none."""
    if name in columns:
        return list(columns).index(name)
    wanted = folded(name)
    same = [index for index, column in enumerate(columns) if folded(column) == wanted]
    if len(same) == 1:
        return same[0]
    letters = [column_letter(index) for index in range(len(columns))]
    return letters.index(name.upper()) if name.upper() in letters else -1


def find_layout(grid: Grid) -> Layout | None:
    """The layout of a sheet, or None when it does not look like a mapping at all."""
    best: Layout | None = None
    for number, cells in enumerate(grid[:_SEARCHED_ROWS], 1):
        layout = _layout_at(grid, number, cells)
        if layout is not None and layout.is_sure:
            return layout
        best = best or layout
    return best if best is not None else _identity_map(grid)


def layout_with(grid: Grid, source: str, target: str) -> Layout | None:
    """The layout in which the columns have the names that the admin gave."""
    for number, cells in enumerate(grid[:_SEARCHED_ROWS], 1):
        names = column_names(cells)
        source_at, target_at = chosen(names, source), chosen(names, target)
        filled = [index for index in (source_at, target_at) if index >= 0 and cells[index].strip()]
        if len(filled) == 2 and not any(_UPN_LIKE.fullmatch(cells[i].strip()) for i in filled):
            batch, include = _only(names, _BATCH), _only(names, _INCLUDE)
            return Layout(number, names, source_at, target_at, batch, include, is_sure=True)
    return None


def _layout_at(grid: Grid, number: int, cells: Sequence[str]) -> Layout | None:
    names = column_names(cells)
    words = [folded(cell) for cell in cells]
    sources = [index for index, word in enumerate(words) if word in _SOURCE]
    targets = [index for index, word in enumerate(words) if word in _TARGET]
    lone = [index for index, word in enumerate(words) if word in _LONE]
    if not (sources or targets or lone):
        return None
    below = grid[number : number + _SAMPLE]
    source = _one(sources, words, below)
    target = _one(targets, words, below)
    guess_source = source if source >= 0 else next(iter(sources or lone), -1)
    guess_target = target if target >= 0 else next(iter(targets), -1)
    return Layout(
        header_row=number,
        columns=names,
        source=guess_source,
        target=guess_target,
        batch=_only(names, _BATCH),
        include=_only(names, _INCLUDE),
        is_sure=source >= 0 and target >= 0,
    )


def _one(candidates: list[int], words: list[str], below: Grid) -> int:
    """The one column that is meant; a header that says UPN goes before one that says mail."""
    sure = [i for i in candidates if any(words[i].endswith(word) for word in _SURE)]
    mail = [i for i in candidates if i not in sure]
    for group in (sure, mail if not sure else []):
        if len(group) == 1 and _holds_upns(group[0], below):
            return group[0]
    return -1


def _holds_upns(column: int, below: Grid) -> bool:
    values = [row[column].strip() for row in below if column < len(row) and row[column].strip()]
    if not values:
        return True
    return 2 * sum(1 for value in values if "@" in value) >= len(values)


def _only(names: Sequence[str], aliases: frozenset[str]) -> int:
    found = [i for i, name in enumerate(names) if folded(name) in aliases]
    return found[0] if len(found) == 1 else -1


def _identity_map(grid: Grid) -> Layout | None:
    """The file for Add-SPOTenantIdentityMap: six columns, no header ("step 5")."""
    rows = [row for row in grid[:_SEARCHED_ROWS] if any(cell.strip() for cell in row)]
    if not rows or len(rows[0]) < _IDENTITY_MAP_WIDTH:
        return None
    if not all(row[0].strip().casefold() in ("user", "group") for row in rows):
        return None
    names = tuple(column_letter(index) for index in range(len(rows[0])))
    return Layout(0, names, source=2, target=3, batch=-1, include=-1, is_sure=True)


def is_ours(header: str) -> bool:
    """The column was written by us."""
    return header.casefold().startswith(_OURS)
