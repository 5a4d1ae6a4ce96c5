"""Lists beside the mapping that belong into the identity map: groups, or a map in its own form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.model import MapKind, MapRow
from app.workbook.grids import Sheet, Source, text_of
from app.workbook.headers import column_letter, folded, is_identity_map

_SEARCHED_ROWS = 30
_SIDES = {"source": ("source", "from", "old"), "target": ("target", "destination", "to", "new")}
_NAMES = ("groupid", "groupobjectid", "group", "groupguid")
_SOURCES = frozenset(side + name for side in _SIDES["source"] for name in _NAMES)
_TARGETS = frozenset(side + name for side in _SIDES["target"] for name in _NAMES)
_ALIASES = frozenset(
    side + name
    for side in ("", *_SIDES["target"])
    for name in ("alias", "groupalias", "mailnickname", "groupmailnickname")
)
_TYPES = frozenset({"type", "grouptype", "kind", "groupkind"})
_TENANTS = frozenset({"sourcetenantid", "sourcetenant", "tenantid"})
_NONE = -1


@dataclass(frozen=True, slots=True)
class _Columns:
    """Counted from 0; -1 for none."""

    first_row: int
    """Counted from 0."""
    source: int
    target: int
    kind: int = _NONE
    """Of the word User or Group; without it all are groups."""
    tenant: int = _NONE
    address: int = _NONE
    type: int = _NONE


_OWN_FORM = _Columns(0, kind=0, tenant=1, source=2, target=3, address=4, type=5)
"""The file for Add-SPOTenantIdentityMap ("Cross-tenant OneDrive migration, step 5")."""


def read_map_lists(source: Source, known: Mapping[str, Sheet], mapping: str) -> Iterator[MapRow]:
    """The rows of every such list; `known` are sheets that were read already.

    The sheet of the mapping counts only when it is a map in its own form. A hidden sheet is passed
    over: the admin does not see what is in it.
    """
    for name in source.names:
        if name.is_hidden:
            continue
        sheet = known.get(name.name) or source.sheet(name.name)
        head = [[text_of(value) for value in row] for row in sheet.rows(_SEARCHED_ROWS)]
        columns = _OWN_FORM if is_identity_map(head) else None
        if columns is None and name.name != mapping:
            columns = _group_columns(head)
        if columns is not None:
            yield from _rows(sheet, name.name, columns)


def _group_columns(head: Sequence[Sequence[str]]) -> _Columns | None:
    """The columns of a list of groups, by its header; None for any other sheet."""
    for number, cells in enumerate(head):
        words = [folded(cell) for cell in cells]
        source, target = _only(words, _SOURCES), _only(words, _TARGETS)
        if source >= 0 and target >= 0:
            return _Columns(
                number + 1,
                source,
                target,
                tenant=_only(words, _TENANTS),
                address=_only(words, _ALIASES),
                type=_only(words, _TYPES),
            )
    return None


def _only(words: Sequence[str], names: frozenset[str]) -> int:
    found = [index for index, word in enumerate(words) if word in names]
    return found[0] if len(found) == 1 else _NONE


def _rows(sheet: Sheet, name: str, columns: _Columns) -> Iterator[MapRow]:
    for number, row in enumerate(sheet.rows()[columns.first_row :], columns.first_row + 1):

        def text(column: int, row: Sequence[object] = row) -> str:
            return text_of(row[column]) if 0 <= column < len(row) else ""

        def cell(column: int, number: int = number) -> str:
            return f"{name}!{column_letter(column)}{number}" if column >= 0 else ""

        if not (text(columns.source).strip() or text(columns.target).strip()):
            continue
        is_user = text(columns.kind).strip().casefold() == "user"
        yield MapRow(
            MapKind.USER if is_user else MapKind.GROUP,
            text(columns.tenant),
            text(columns.source),
            text(columns.target),
            text(columns.address),
            text(columns.type),
            cell(columns.source),
            cell(columns.target),
            cell(columns.type if columns.type >= 0 else columns.source),
        )
