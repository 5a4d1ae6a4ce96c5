"""What a valid and a movable UPN is: pure functions that turn the text of a cell into findings.

The rules are Microsoft's username policies ("Password policies and account restrictions in
Microsoft Entra ID"): the characters A-Z a-z 0-9 ' . - _ ! # ^ ~, one
@, no dot right before it, at most 113 characters of which 64 stand before and 48 after the @. A
move is stricter than Entra ID: the cross-tenant OneDrive articles name the apostrophe as a
character that is accepted into the identity map and fails later.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence
from typing import Protocol

from app.model import Correction, Finding, Level, Side

MAX_LENGTH = 113
MAX_LOCAL = 64
MAX_DOMAIN = 48

_ALLOWED = frozenset(string.ascii_letters + string.digits + "'.-_!#^~@")
_SPECIAL = "!#^~"
_SINGLE_CURLY = "\u2018\u2019\u201b\u02bc\u2032\uff07"
_DOUBLE_CURLY = "\u201c\u201d\u201e\u201f"
_QUOTES = frozenset("'\"" + _DOUBLE_CURLY)
_STRAIGHT = str.maketrans(dict.fromkeys(_SINGLE_CURLY, "'"))
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_MAILTO = "mailto:"

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_PLAIN_NAME = r"[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)*+"
_PLAIN_DOMAIN = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
_PLAIN = re.compile(rf"(?P<local>{_PLAIN_NAME})@(?P<domain>{_PLAIN_DOMAIN})")
_PLAIN_NAMES = re.compile(rf"(?:{_PLAIN_NAME}\n)*+")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?")
_EXCEL_ERROR = re.compile(r"#(?:N/A|[A-Z]+(?:/[0A-Z]+)?[!?]|GETTING_DATA)")
_ADDRESS_SPECIAL = re.compile(r"[^a-z0-9-]")


class _Compared(dict[int, str]):
    """Every other character is an underscore."""

    def __missing__(self, character: int) -> str:
        return "_"


_COMPARED = _Compared({ord(one): one for one in string.ascii_lowercase + string.digits + "\n"})
_NAMED_AT_MOST = 3
_BLOCK = 1_000
_SHOWN_AT_MOST = 120


def is_plain(text: str) -> bool:
    """True for the usual UPN, about which there is nothing to say; quick."""
    if len(text) > MAX_LENGTH:
        return False
    match = _PLAIN.fullmatch(text)
    if match is None or len(text) <= MAX_DOMAIN:
        return match is not None
    return len(match["local"]) <= MAX_LOCAL and len(match["domain"]) <= MAX_DOMAIN


def not_plain(texts: Sequence[str]) -> tuple[set[int], list[str]]:
    """Places of the texts for which `is_plain` is false, and what stands behind the @ of each.

    Made for a hundred thousand of them: there are few domains, so each is looked at once, and
    there is one text for all that have it.
    """
    found: set[int] = set()
    known: dict[str, str] = {}
    domains: list[str] = []
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        parts = [text.partition("@") for text in block]
        different = {domain for _, _, domain in parts}
        known.update((domain, domain) for domain in different - known.keys())
        domains += [known[domain] for _, _, domain in parts]
        is_plain_block = all(map(_is_plain_domain, different))
        if not (is_plain_block and _are_plain_names([name for name, _, _ in parts])):
            found |= {place for place, text in enumerate(block, start) if not is_plain(text)}
    return found, domains


def _are_plain_names(names: Sequence[str]) -> bool:
    """Each may stand before the @ of a plain UPN; looked at in one go."""
    lines = "\n".join([*names, ""])
    return (
        max(map(len, names)) <= MAX_LOCAL
        and lines.count("\n") == len(names)
        and _PLAIN_NAMES.fullmatch(lines) is not None
    )


def _is_plain_domain(domain: str) -> bool:
    return len(domain) <= MAX_DOMAIN and re.fullmatch(_PLAIN_DOMAIN, domain) is not None


def check(text: str, *, cell: str, side: Side) -> tuple[Finding, ...]:
    """What stands against moving the OneDrive of this UPN; `text` is exactly what the cell holds.

    What a correction would take away (blanks, hidden characters, quotes) is reported for itself;
    the other rules are applied to the corrected text, so that one slip gives one finding.
    """
    if is_plain(text):
        return ()
    kept = _kept(text)
    cleaned = _text_of(kept)
    if not cleaned:
        code = "UPN_EMPTY_SOURCE" if side is Side.SOURCE else "UPN_EMPTY_TARGET"
        return (Finding(Level.BLOCK, code, cell, side),)
    if _NUMBER.fullmatch(cleaned):
        return (_finding("NUMBER_NOT_UPN", cell, side, text),)
    if _EXCEL_ERROR.fullmatch(cleaned):
        return (_finding("EXCEL_ERROR", cell, side, text),)
    return tuple(
        Finding(level, code, cell, side, (("upn", shown(text)), *values), correction)
        for level, code, values, correction in (
            *_slips(text, kept, _correction(text, cleaned)),
            *_rules(cleaned, kept),
        )
    )


def correct(text: str) -> Correction | None:
    """The safe correction of a cell, or None when there is none to offer.

    Takes away outer blanks, invisible characters, quotation marks around the whole and `mailto:`,
    straightens curly apostrophes, and writes the domain in small letters. It never takes away a
    blank or a line break inside: two names may stand in the cell.
    """
    return _correction(text, clean(text))


def clean(text: str) -> str:
    """The corrected text of a cell, whether or not anything had to be corrected; may be empty."""
    return text if is_plain(text) else _text_of(_kept(text))


def domain_of(upn: str) -> str:
    """The part after the @ in small letters, or "" when it is not the one @ with text around it."""
    local, at, domain = upn.partition("@")
    return domain.casefold() if local and at and domain and "@" not in domain else ""


def personal_url_name(upn: str) -> str:
    """The name that OneDrive derives for the personal site of this UPN, in small letters.

    "OneDrive URLs and UPN changes" (Microsoft): dots, commas, blanks, @ and other special
    characters become underscores. The hyphen is kept, as community code does; Microsoft does not
    say. Only for comparing names: on a conflict Microsoft appends a number or a GUID, so the real
    address must be read from the service, and nothing may ever be deleted by this name.
    """
    return _ADDRESS_SPECIAL.sub("_", upn.casefold())


def compared_addresses(upns: Sequence[str]) -> list[str]:
    """The names of the personal sites of these UPNs as far as they can be told apart, "" for none.

    Nobody says whether the service keeps a hyphen: for a warning, it is taken as replaced.
    """
    joined = "\n".join(upns)
    if joined.count("\n") == len(upns) - 1:
        # All in one go: a list may have a hundred thousand of them.
        names = joined.casefold().translate(_COMPARED).split("\n")
    else:
        names = [one.casefold().translate(_COMPARED).replace("\n", "_") for one in upns]
    return [name if "@" in one else "" for name, one in zip(names, upns, strict=True)]


def shown(text: str) -> str:
    """A cell's text for a sentence: hidden characters made visible, cut when it is very long."""
    if len(text) > _SHOWN_AT_MOST:
        text = text[:_SHOWN_AT_MOST] + "…"
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or not _is_odd(char) else f"<U+{ord(char):04X}>" for char in text
    )


_Kept = list[tuple[int, str]]
"""The characters that a correction keeps, each with its position in the cell, counted from 1."""
_Said = tuple[Level, str, tuple[tuple[str, str], ...], Correction | None]


def _finding(code: str, cell: str, side: Side, text: str) -> Finding:
    return Finding(Level.BLOCK, code, cell, side, (("upn", shown(text)),))


def _correction(text: str, after: str) -> Correction | None:
    return Correction(text, after) if after and after != text else None


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    return category == "Cf" or (category == "Cc" and not char.isspace())


def _is_odd(char: str) -> bool:
    """Neither a character one can see nor the ordinary blank."""
    return char != " " and (char.isspace() or _is_invisible(char))


def _odd(text: str) -> _Kept:
    if text.isprintable():
        return []
    return [pair for pair in enumerate(text, 1) if not pair[1].isprintable() and _is_odd(pair[1])]


def _kept(text: str) -> _Kept:
    kept = list(enumerate(text.translate(_STRAIGHT), 1))
    if not text.isprintable():
        kept = [pair for pair in kept if pair[1].isprintable() or not _is_invisible(pair[1])]
    first, last = 0, len(kept)
    before = (-1, -1)
    while (first, last) != before:
        before = (first, last)
        while first < last and kept[first][1].isspace():
            first += 1
        while last > first and kept[last - 1][1].isspace():
            last -= 1
        if last - first >= 2 and kept[first][1] in _QUOTES and kept[last - 1][1] in _QUOTES:
            first, last = first + 1, last - 1
        if _text_of(kept[first : min(last, first + len(_MAILTO))]).lower() == _MAILTO:
            first += len(_MAILTO)
    kept = kept[first:last]
    local, at, domain = _text_of(kept).partition("@")
    lower = domain.translate(_LOWER)
    if at and "@" not in domain and lower != domain:
        start = len(local) + 1
        kept[start:] = [(kept[start + index][0], char) for index, char in enumerate(lower)]
    return kept


def _text_of(kept: _Kept) -> str:
    return "".join(char for _, char in kept)


def _slips(text: str, kept: _Kept, fix: Correction | None) -> list[_Said]:
    """What is wrong with the typing rather than with the UPN."""
    said: list[_Said] = []
    cleaned = _text_of(kept)
    odd = _odd(text)
    if odd:
        solved = len(_odd(cleaned)) < len(odd)
        values = (("characters", _named(odd)),)
        said.append((Level.BLOCK, "HIDDEN_CHARACTER", values, fix if solved else None))
    bare = text.strip()
    outer = text[: len(text) - len(text.lstrip())] + text[len(text.rstrip()) :]
    if " " in outer:
        said.append((Level.BLOCK, "OUTER_SPACE", (), fix))
    if " " in cleaned:
        place = next(place for place, char in kept if char == " ")
        said.append((Level.BLOCK, "INNER_SPACE", (("position", str(place)),), None))
    visible = "".join(char for char in bare if char.isprintable())
    if _MAILTO in visible.lower() and _MAILTO not in cleaned.lower():
        said.append((Level.BLOCK, "UPN_MAILTO", (), fix))
    places = {place for place, _ in kept}
    quotes = [
        pair
        for pair in enumerate(text, 1)
        if pair[1] in _SINGLE_CURLY or (pair[1] in _QUOTES and pair[0] not in places)
    ]
    if quotes:
        said.append((Level.BLOCK, "SMART_QUOTE", (("characters", _named(quotes)),), fix))
    domain = "".join(text[place - 1] for place, _ in kept).partition("@")[2]
    if domain.translate(_LOWER) != domain and cleaned.count("@") == 1:
        said.append((Level.WARN, "UPN_CASE", (("domain", shown(domain)),), fix))
    return said


def _rules(cleaned: str, kept: _Kept) -> list[_Said]:
    """What is wrong with the UPN itself."""
    said: list[_Said] = []

    def block(code: str, *values: tuple[str, str]) -> None:
        said.append((Level.BLOCK, code, values, None))

    bad = [pair for pair in kept if pair[1] not in _ALLOWED and not pair[1].isspace()]
    if bad:
        block("UPN_BAD_CHARACTER", ("characters", _named(bad)))
    if "'" in cleaned:
        place = next(place for place, char in kept if char == "'")
        block("UPN_APOSTROPHE", ("position", str(place)))
    guest = "#ext#" in cleaned.casefold()
    if guest:
        block("UPN_GUEST")
    if len(cleaned) > MAX_LENGTH:
        block("UPN_TOO_LONG", ("length", str(len(cleaned))), ("limit", str(MAX_LENGTH)))
    ats = cleaned.count("@")
    if ats == 0:
        block("UPN_NO_AT")
    elif ats > 1:
        block("UPN_TWO_ATS", ("count", str(ats)))
    else:
        local, _, domain = cleaned.partition("@")
        _check_parts(local, domain, block)
        special = "".join(char for char in _SPECIAL if char in local)
        if special and not guest:
            values = (("characters", " ".join(special)),)
            said.append((Level.WARN, "UPN_SPECIAL_WARN", values, None))
    return said


class _Block(Protocol):
    def __call__(self, code: str, *values: tuple[str, str]) -> None: ...


def _check_parts(local: str, domain: str, block: _Block) -> None:
    if not local:
        block("UPN_NO_NAME")
    if local.endswith("."):
        block("UPN_DOT_BEFORE_AT")
    if len(local) > MAX_LOCAL:
        block("UPN_LOCAL_TOO_LONG", ("length", str(len(local))), ("limit", str(MAX_LOCAL)))
    if len(domain) > MAX_DOMAIN:
        block("UPN_DOMAIN_TOO_LONG", ("length", str(len(domain))), ("limit", str(MAX_DOMAIN)))
    labels = domain.split(".")
    foreign = any(char not in _ALLOWED for char in domain)
    whole = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    if not foreign and not (whole and not labels[-1].isdigit()):
        block("UPN_DOMAIN_SHAPE", ("domain", shown(domain)))


def _named(characters: list[tuple[int, str]]) -> str:
    """The characters by name and by position in the cell, the first few of them."""
    words = [f"{_name(char)} at position {place}" for place, char in characters[:_NAMED_AT_MOST]]
    more = len(characters) - len(words)
    return ", ".join(words) + (f" and {more} more" if more else "")


_NAMES = {
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
    "\u00a0": "a no-break space (U+00A0)",
    "\u00ad": "a soft hyphen (U+00AD)",
    "\u200b": "a zero-width space (U+200B)",
    "\ufeff": "a byte order mark (U+FEFF)",
    '"': 'a quotation mark "',
    "'": "an apostrophe '",
}


def _name(char: str) -> str:
    if char in _NAMES:
        return _NAMES[char]
    code = f"U+{ord(char):04X}"
    name = unicodedata.name(char, "").lower()
    if _is_odd(char) or not char.isprintable():
        return f"{name} ({code})" if name else f"the control character {code}"
    return f"{char} ({name or code})"
