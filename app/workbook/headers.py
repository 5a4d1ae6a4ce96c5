"""Which sheet and columns hold the mapping: recognised from headers and values, never guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Grid = Sequence[Sequence[str]]
Area = tuple[tuple[int, int], tuple[int, int]]
"""Top left and bottom right, each row and column, counted from 0."""

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
_SIZE = frozenset(
    f"{what}{unit}"
    for what in ("size", "onedrivesize", "drivesize", "storage", "storageused", "used")
    for unit in ("gb", "ingb", "(gb)", "[gb]")
)
"""Sizes in another unit, or in none that is named, are not read: a wrong one is worse than none."""
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
    """The source column, or the one to suggest while it is not certain."""
    target: int
    batch: int = -1
    include: int = -1
    size: int = -1
    knows_source: bool = False
    """The source column is known without a doubt."""
    knows_target: bool = False

    @property
    def is_sure(self) -> bool:
        """Both columns are known without a doubt."""
        return self.knows_source and self.knows_target and self.source != self.target


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
    texts = [" ".join(cell.split()) for cell in cells]
    taken = set(texts)
    seen: set[str] = set()
    names = []
    for index, text in enumerate(texts):
        name = plain = text or column_letter(index)
        count = 1
        while name in seen or (count > 1 and name in taken):
            count += 1
            name = f"{plain} ({count})"
        seen.add(name)
        names.append(name)
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


def find_layout(grid: Grid, merged: Sequence[Area] = ()) -> Layout | None:
    """The layout of a sheet, or None when it does not look like a mapping at all.

    `grid` is the top of the sheet; `merged` are its merged areas, counted from 0. A header that
    may stand for a mail address ("SourceEmail") or lacks a side ("UserPrincipalName") is only
    suggested, and so is what the values alone tell: whose account it is, the admin must say.
    """
    layout = _identity_map(grid)
    if layout is not None:
        return layout
    best: Layout | None = None
    for number in range(1, len(grid[:_SEARCHED_ROWS]) + 1):
        layout = _layout_at(grid, number, merged)
        if layout is None:
            continue
        if layout.is_sure:
            return layout
        if best is None or _certainty(layout) > _certainty(best):
            best = layout
    return best if best is not None else _layout_by_values(grid)


def layout_with(grid: Grid, source: str, target: str) -> Layout | None:
    """The layout in which the columns have the names that the admin gave.

    A header stands above the data, so the search ends where a chosen column holds an address;
    a sheet without a header is named by letters.
    """
    for number, cells in enumerate(grid[:_SEARCHED_ROWS], 1):
        names = column_names(cells)
        at = chosen(names, source), chosen(names, target)
        if min(at) < 0 or at[0] == at[1]:
            continue
        texts = [cells[index].strip() for index in at]
        if any(_UPN_LIKE.fullmatch(text) for text in texts):
            break
        if all(texts):
            return _with_choice(number, names, *at)
    letters = tuple(column_letter(index) for index in range(len(grid[0]) if grid else 0))
    if source in letters and target in letters and source != target:
        return _with_choice(0, letters, letters.index(source), letters.index(target))
    return None


def probable_header(grid: Grid) -> int:
    """The row (from 1) whose texts best serve as names of the columns, 0 for none."""
    for number, cells in enumerate(grid[:_SEARCHED_ROWS], 1):
        if any(_UPN_LIKE.fullmatch(cell.strip()) for cell in cells):
            above = grid[number - 2] if number > 1 else ()
            return number - 1 if sum(1 for cell in above if cell.strip()) >= 2 else 0
    for number, cells in enumerate(grid[:_SEARCHED_ROWS], 1):
        if sum(1 for cell in cells if cell.strip()) >= 2:
            return number
    return 0


def is_ours(header: str) -> bool:
    """The column was written by us."""
    return header.casefold().startswith(_OURS)


def _certainty(layout: Layout) -> tuple[bool, bool, bool, bool]:
    either = layout.knows_source or layout.knows_target
    return layout.is_sure, either, layout.source >= 0, layout.target >= 0


def _with_choice(number: int, names: tuple[str, ...], source: int, target: int) -> Layout:
    return Layout(
        number,
        names,
        source,
        target,
        batch=_only(names, _BATCH),
        include=_only(names, _INCLUDE),
        size=_only(names, _SIZE),
        knows_source=True,
        knows_target=True,
    )


def _layout_at(grid: Grid, number: int, merged: Sequence[Area]) -> Layout | None:
    cells = grid[number - 1]
    names = column_names(cells)
    words = [folded(cell) for cell in cells]
    # A header of two rows: "Source" merged over "Name" and "UPN".
    joined = [
        folded(above) + word
        for above, word in zip(_above(grid, number, merged), words, strict=True)
    ]
    sources = [i for i, word in enumerate(words) if {word, joined[i]} & _SOURCE]
    targets = [i for i, word in enumerate(words) if {word, joined[i]} & _TARGET]
    lone = [
        i for i, word in enumerate(words) if word in _LONE and i not in sources and i not in targets
    ]
    if not (sources or targets or lone):
        return None
    below = grid[number : number + _SAMPLE]
    source, target = _one(sources, words, below), _one(targets, words, below)
    # What the values say is asked for only where the headers leave a doubt.
    is_known = source >= 0 and target >= 0
    by_value = {} if is_known else _address_columns(below, names)
    source_guess = source if source >= 0 else _first([*sources, *lone, *by_value], target)
    others = [*targets, *(i for i in by_value if by_value[i] != by_value.get(source_guess))]
    return Layout(
        header_row=number,
        columns=names,
        source=source_guess,
        target=target if target >= 0 else _first(others, source_guess),
        batch=_only(names, _BATCH),
        include=_only(names, _INCLUDE),
        size=_only(names, _SIZE),
        knows_source=source >= 0,
        knows_target=target >= 0,
    )


def _first(candidates: Sequence[int], taken: int) -> int:
    return next((index for index in candidates if index != taken), -1)


def _above(grid: Grid, number: int, merged: Sequence[Area]) -> list[str]:
    """The texts right above a row, each merged one over all the columns that it covers."""
    width = len(grid[number - 1])
    if number < 2:
        return [""] * width
    row = number - 2
    texts = list(grid[row])
    for (top, left), (bottom, right) in merged:
        if top <= row <= bottom and left < width:
            texts[left : right + 1] = [grid[top][left]] * (min(right + 1, width) - left)
    return texts


def _one(candidates: list[int], words: list[str], below: Grid) -> int:
    """The one column that is meant: its header says UPN or user, its values do not contradict."""
    sure = [i for i in candidates if any(words[i].endswith(word) for word in _SURE)]
    return sure[0] if len(sure) == 1 and _holds_upns(sure[0], below) else -1


def _holds_upns(column: int, below: Grid) -> bool:
    values = [row[column].strip() for row in below if row[column].strip()]
    return 2 * sum(1 for value in values if "@" in value) >= len(values)


def _address_columns(below: Grid, names: Sequence[str]) -> dict[int, str]:
    """The columns of which half the values or more are addresses, with their commonest domain."""
    found = {}
    for column, name in enumerate(names):
        values = [row[column].strip() for row in below if row[column].strip()]
        matches = [match for value in values if (match := _UPN_LIKE.fullmatch(value))]
        if matches and 2 * len(matches) >= len(values) and not is_ours(name):
            domains = Counter(match[0].rpartition("@")[2].casefold() for match in matches)
            found[column] = domains.most_common(1)[0][0]
    return found


def _layout_by_values(grid: Grid) -> Layout | None:
    """A suggestion where no header is known: two columns of addresses in different domains."""
    header = probable_header(grid)
    width = len(grid[0]) if grid else 0
    names = column_names(grid[header - 1] if header else [""] * width)
    by_value = _address_columns(grid[header : header + _SAMPLE], names)
    if not by_value:
        return None
    source = next(iter(by_value))
    target = next((i for i, domain in by_value.items() if domain != by_value[source]), -1)
    return Layout(
        header,
        names,
        source,
        target,
        batch=_only(names, _BATCH),
        include=_only(names, _INCLUDE),
        size=_only(names, _SIZE),
    )


def _only(names: Sequence[str], aliases: frozenset[str]) -> int:
    found = [i for i, name in enumerate(names) if folded(name) in aliases]
    return found[0] if len(found) == 1 else -1


def is_identity_map(grid: Grid) -> bool:
    """The file for Add-SPOTenantIdentityMap: six columns, no header ("step 5")."""
    rows = [row for row in grid[:_SEARCHED_ROWS] if any(cell.strip() for cell in row)]
    if not rows or len(rows[0]) < _IDENTITY_MAP_WIDTH:
        return False
    if not all(row[0].strip().casefold() in ("user", "group") for row in rows):
        return False
    users = [row for row in rows if row[0].strip().casefold() == "user"]
    return all(_holds_upns(column, users) for column in (2, 3))


def _identity_map(grid: Grid) -> Layout | None:
    if not (is_identity_map(grid) and any(row[0].strip().casefold() == "user" for row in grid)):
        return None
    names = tuple(column_letter(index) for index in range(len(grid[0])))
    return Layout(0, names, source=2, target=3, knows_source=True, knows_target=True)
