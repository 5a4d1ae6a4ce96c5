"""Which people a report shows, from a text such as `status:failed batch:"Wave 1"`."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.errors import AppError
from app.report import STAGES, Person

_FIELDS: dict[str, Callable[[Person], str]] = {
    "status": lambda person: person.status,
    "stage": lambda person: person.stage,
    "batch": lambda person: person.batch,
    "who": lambda person: person.who,
    "code": lambda person: person.error_code,
    "problem": lambda person: person.problem,
    "source": lambda person: person.source_upn,
    "target": lambda person: person.target_upn,
    "row": lambda person: str(person.row),
}
_WHOLE = frozenset({"row", "code", "status", "stage", "batch"})
"""Fields of which the whole value is meant; of the others a part of it is enough."""
_TERM = re.compile(
    r'(?P<no>-)?(?:(?P<field>[A-Za-z]+):)?(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<bare>[^\s"]+))'
)
_MATCHES = Callable[[Person], bool]


def people_filter(text: str) -> _MATCHES:
    """What tells whether a person is asked for.

    Terms of one field are alternatives, different fields must all hold, a word without a field is
    found anywhere, and `-` in front of a term leaves out what it finds. Case does not matter, and
    a quote in quotes is doubled.
    Raises AppError BAD_FILTER.
    """
    wanted: dict[str, list[_MATCHES]] = {}
    unwanted: list[_MATCHES] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        found = _TERM.match(text, place)
        if found is None:
            raise _refusal(text, f"it is not understood from “{text[place : place + 20]}” on")
        place = found.end()
        field = (found["field"] or "").casefold()
        value = found["bare"]
        if found["quoted"] is not None:
            value = found["quoted"].replace('""', '"')
        if not field and value.endswith(":") and value[:-1].casefold() in _FIELDS:
            raise _refusal(text, f"{value} has no value")
        if field and field not in _FIELDS:
            raise _refusal(text, f"there is no field “{field}”")
        matches = _matcher(field, value.casefold())
        if found["no"]:
            unwanted.append(matches)
        elif field:
            wanted.setdefault(field, []).append(matches)
        else:
            wanted[f"word {place}"] = [matches]

    def keep(person: Person) -> bool:
        return all(any(one(person) for one in each) for each in wanted.values()) and not any(
            one(person) for one in unwanted
        )

    return keep


def _matcher(field: str, value: str) -> _MATCHES:
    if not field:
        return lambda person: any(value in of(person).casefold() for of in _FIELDS.values())
    of = _FIELDS[field]
    if field in _WHOLE:
        return lambda person: of(person).casefold() == value
    return lambda person: value in of(person).casefold()


def _refusal(text: str, why: str) -> AppError:
    return AppError(
        "BAD_FILTER",
        "The filter cannot be used",
        f"{text}: {why}.",
        f"Use words, and {', '.join(f'{name}:' for name in _FIELDS)} with a value; quote a value"
        f' with blanks, such as stage:"{STAGES[3]}".',
    )
