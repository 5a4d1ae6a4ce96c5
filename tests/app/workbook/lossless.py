"""What differs between two states of a workbook, but for our columns: the proof of losing nothing.

It reads packages with zipfile and parts with expat, and uses nothing of the program but the texts
of our headers. Every part but the mapping's sheet, its tables, the styles and the workbook part
must be the same bit by bit, header and packed bytes too. Within those four only this may differ:

- sheet: our cells in rows of people, what is said of our columns in `cols`, the right end of
  `dimension`, `spans` and the filter;
- table: columns of ours behind the last one, and the right end of its area and filter;
- styles: formats and fills behind the last one;
- workbook: `fullCalcOnLoad`, and the right end of the filter's hidden name.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.parsers import expat

from app.status_cells import COLUMNS
from sheet_tokens import SheetTokens, settings_of, shared_texts
from xml_tokens import Token, element_end, elements, root_prefix, said_text, tokens

HEADERS = frozenset(column.header for column in COLUMNS)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_SHOWN = 120
_GROWING = frozenset({"fonts", "fills", "numFmts", "cellXfs"})


def differences(
    before: Path, after: Path, headers: Collection[str] = HEADERS, *, sheet: str = "Mapping"
) -> list[str]:
    """What is not the same in both, one sentence each; nothing when only our cells differ."""
    found = list(_package_differences(before, after))
    if found:
        return found
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        found += _directory_differences(old, new)
        changed = [name for name in old.namelist() if old.read(name) != new.read(name)]
        one, two = _spans(before, old), _spans(after, new)
        found += [
            f"{name}: its header or its packed bytes differ"
            for name in old.namelist()
            if name not in changed and one[name] != two[name]
        ]
        if changed:
            mapping, tables = _mapping_parts(new, sheet)
            for name in changed:
                found += _part_differences(name, old, new, headers, mapping, tables)
    return found


def _package_differences(before: Path, after: Path) -> Iterator[str]:
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        if new.testzip() is not None:
            yield f"{new.testzip()}: its checksum is wrong"
        if old.namelist() != new.namelist():
            yield f"the parts or their order: {old.namelist()} -> {new.namelist()}"
        if _places(old) != _places(new):
            yield "the order of the parts in the file"
        if old.comment != new.comment:
            yield f"the comment of the package: {old.comment!r} -> {new.comment!r}"
        first = min(old.infolist(), key=lambda info: info.header_offset).header_offset
        start = min(new.infolist(), key=lambda info: info.header_offset).header_offset
        if before.read_bytes()[:first] != after.read_bytes()[:start]:
            yield "what stands before the first part"


def _places(package: zipfile.ZipFile) -> list[str]:
    return [i.filename for i in sorted(package.infolist(), key=lambda info: info.header_offset)]


def _directory_differences(old: zipfile.ZipFile, new: zipfile.ZipFile) -> Iterator[str]:
    kept = ("date_time", "comment", "create_system", "internal_attr", "external_attr")
    for one, two in zip(old.infolist(), new.infolist(), strict=True):
        for word in kept:
            if getattr(one, word) != getattr(two, word):
                yield f"{one.filename}: {word} {getattr(one, word)!r} -> {getattr(two, word)!r}"
        if two.extra not in (one.extra, _without_zip64(one.extra)):
            yield f"{one.filename}: extra field {one.extra!r} -> {two.extra!r}"


def _without_zip64(extra: bytes) -> bytes:
    """Extra fields without the one that says only what is said elsewhere as well."""
    kept, rest = b"", extra
    while len(rest) >= 4:
        kind, length = struct.unpack_from("<2H", rest)
        kept += b"" if kind == 1 else rest[: 4 + length]
        rest = rest[4 + length :]
    return kept + rest


def _spans(path: Path, package: zipfile.ZipFile) -> dict[str, bytes]:
    """Each part with its local header and all that follows it, up to the next part."""
    raw = path.read_bytes()
    infos = sorted(package.infolist(), key=lambda info: info.header_offset)
    ends = [info.header_offset for info in infos[1:]] + [package.start_dir]
    return {i.filename: raw[i.header_offset : end] for i, end in zip(infos, ends, strict=True)}


def _mapping_parts(package: zipfile.ZipFile, sheet: str) -> tuple[str, list[str]]:
    """The part of a sheet, and of its tables."""
    # The first that is there; a relation may lead nowhere.
    book = next(part for _, part in _targets(package, "", "officeDocument") if part)
    sheets = [
        token.said
        for token in tokens(package.read(book))
        if token.kind == "start" and token.local == "sheet" and token.said.get("name") == sheet
    ]
    [id_] = [value for key, value in sheets[0].items() if key.rpartition(":")[2] == "id"]
    part = dict(_targets(package, book, ""))[id_]
    return part, [table for _, table in _targets(package, part, "table")]


def _targets(package: zipfile.ZipFile, part: str, kind: str) -> list[tuple[str, str]]:
    """The relations of a part: id and part. Two may have one id, though they must not."""
    folder, _, name = part.rpartition("/")
    where = f"{folder}/_rels/{name}.rels".lstrip("/")
    if where not in package.namelist():
        return []
    # Names of parts that differ in case only are the same name.
    spelled = {name.casefold(): name for name in package.namelist()}
    return [
        (
            token.said.get("Id", ""),
            spelled.get(_resolved(folder, token.said["Target"]).casefold(), ""),
        )
        for token in tokens(package.read(where))
        if "Target" in token.said and token.said.get("Type", "").endswith(f"/{kind}" * bool(kind))
    ]


def _resolved(folder: str, target: str) -> str:
    steps = [] if target.startswith("/") or not folder else folder.split("/")
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _part_differences(
    name: str,
    old: zipfile.ZipFile,
    new: zipfile.ZipFile,
    headers: Collection[str],
    mapping: str,
    tables: Collection[str],
) -> Iterator[str]:
    try:
        before, after = tokens(old.read(name)), tokens(new.read(name))
    except expat.ExpatError as error:
        yield f"{name}: not well-formed: {error}"
        return
    root = next(token.local for token in after if token.kind == "start")
    if name == mapping:
        one = SheetTokens(before, shared_texts(old))
        two = SheetTokens(after, shared_texts(new))
        ours, top = two.columns_named(headers)
        rows = two.people_rows(ours, top)
        yield from _first_difference(name, one.without(ours, rows), two.without(ours, rows))
        yield from _column_differences(name, one, two, ours)
    elif name in tables:
        # A column of ours that the table had already stays as it was.
        added = set(headers) - {token.said.get("name") for token in before if _is_column(token)}
        yield from _first_difference(
            name, _table_view(before, frozenset()), _table_view(after, added)
        )
        yield from _table_ends(name, before, after)
    elif root == "styleSheet":
        most = _counts(before)
        yield from _first_difference(name, _styles_view(before, most), _styles_view(after, most))
    elif root == "workbook":
        yield from _first_difference(name, _workbook_view(before), _workbook_view(after))
    else:
        yield f"{name}: changed"


def _first_difference(name: str, before: list[bytes], after: list[bytes]) -> Iterator[str]:
    one, two = b"".join(before), b"".join(after)
    if one == two:
        return
    length = min(len(one), len(two))
    at = next((at for at in range(length) if one[at] != two[at]), length)
    start = max(at - 40, 0)
    yield f"{name}: {one[start : at + _SHOWN]!r} -> {two[start : at + _SHOWN]!r}"


def _column_differences(
    name: str, old: SheetTokens, new: SheetTokens, ours: Collection[int]
) -> Iterator[str]:
    before, after = old.column_settings(), new.column_settings()
    # Between two ends of ranges all columns are alike.
    ends = {end for low, high, _ in before + after for end in (low, high, high + 1)}
    for column in sorted(ends | {one + 1 for one in ours}):
        one, two = settings_of(column, before), settings_of(column, after)
        if column not in ours and one != two:
            yield f"{name}: column {column}: {one} -> {two}"
    if old.between_columns() != new.between_columns():
        yield f"{name}: what stands between the columns in `cols`"


# Tables


def _table_view(found: list[Token], headers: Collection[str]) -> list[bytes]:
    view: list[bytes] = []
    p = root_prefix(found)
    added = [
        at
        for at, end in elements(found, lambda token: token.name == f"{p}tableColumn")
        if found[at].said.get("name") in headers and end - at == 2
    ]
    gone = {at for start in added for at in (start, start + 1)}
    for at, token in enumerate(found):
        if at in gone:
            continue
        is_sized = token.name in (f"{p}table", f"{p}autoFilter", f"{p}tableColumns")
        view.append(without(token.raw, "ref", "count") if is_sized else token.raw)
    return view


def _table_ends(name: str, before: list[Token], after: list[Token]) -> Iterator[str]:
    """Areas may grow to the right only, by as many columns as the table has more."""
    more = sum(map(_is_column, after)) - sum(map(_is_column, before))
    was_right = _said_count(before) == sum(map(_is_column, before))
    if was_right and _said_count(after) != sum(map(_is_column, after)):
        yield f"{name}: the count of its columns is wrong"
    if _doubles(after) > _doubles(before):
        yield f"{name}: two of its columns have the same id"
    pairs = list(zip(_refs(before), _refs(after), strict=True))
    for one, two in pairs:
        # A filter that ends elsewhere than the table does not grow with it.
        grows = _right(one) == _right(pairs[0][0])
        expected = area(one, more if grows else 0)
        if area(two) != expected or (expected is None and one != two):
            yield f"{name}: {one} -> {two} with {more} columns more"


def _said_count(found: list[Token]) -> int | None:
    said = [t.said.get("count", "") for t in found if t.local == "tableColumns" and t.depth == 1]
    return int(said[0]) if said and said[0].isdecimal() else None


def _is_column(token: Token) -> bool:
    return token.kind == "start" and token.local == "tableColumn"


def _doubles(found: list[Token]) -> int:
    ids = [token.said.get("id") for token in found if _is_column(token)]
    return len(ids) - len(set(ids))


def _refs(found: list[Token]) -> list[str]:
    """The areas of the table itself and of its filter."""
    first: dict[tuple[int, str], str] = {}
    for token in found:
        if (token.depth, token.local) in ((0, "table"), (1, "autoFilter")) and "ref" in token.said:
            first.setdefault((token.depth, token.local), token.said["ref"])
    return list(first.values())


def area(ref: str, more: int = 0) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom, all from 1, with so many columns more; None when it is none."""
    found = _REFERENCE.fullmatch(ref)
    if found is None:
        return None
    left, top = column_number(found[1]), int(found[2])
    return left, top, column_number(found[3] or found[1]) + more, int(found[4] or top)


def _right(ref: str) -> int | None:
    found = area(ref)
    return None if found is None else found[2]


def column_number(letters: str) -> int:
    """A=1, B=2, ..."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


# Styles and workbook


def _counts(found: list[Token]) -> dict[str, int]:
    """How many elements each list of the styles has."""
    return {
        found[at].local: sum(token.kind == "start" and token.depth == 2 for token in found[at:end])
        for at, end in elements(found, lambda token: token.depth == 1)
    }


def _styles_view(found: list[Token], most: dict[str, int]) -> list[bytes]:
    """The part without what was appended to its lists, and without their counts."""
    view: list[bytes] = []
    parent, seen, at = "", 0, 0
    while at < len(found):
        token = found[at]
        if token.depth == 1 and token.kind == "start":
            parent, seen = token.local, 0
        if token.depth == 2 and token.kind == "start":
            seen += 1
            if parent in _GROWING and parent in most and seen > most[parent]:
                at = element_end(found, at)
                continue
        is_list = token.depth == 1 and token.local in _GROWING
        view.append(without(token.raw, "count") if is_list else token.raw)
        at += 1
    return view


def _workbook_view(found: list[Token]) -> list[bytes]:
    view: list[bytes] = []
    skip_to = 0
    for at, token in enumerate(found):
        if at < skip_to:
            continue
        if token.local == "calcPr" and token.kind == "start":
            raw = without(token.raw, "fullCalcOnLoad")
            if not re.fullmatch(rb"<(?:\w+:)?calcPr\s*/>", raw):
                view.append(raw)
        elif token.local == "definedName" and token.said.get("name") == "_xlnm._FilterDatabase":
            skip_to = element_end(found, at)
            said = said_text(found[at:skip_to])
            view += [token.raw, re.sub(r"\$[A-Z]+(?=\$\d+$)", "", said).encode()]
        else:
            view.append(token.raw)
    return view


def without(raw: bytes, *names: str) -> bytes:
    """A tag without some attributes."""
    for name in names:
        raw = re.sub(rb"""\s%b\s*=\s*(?:"[^"]*"|'[^']*')""" % name.encode(), b"", raw, count=1)
    return raw
