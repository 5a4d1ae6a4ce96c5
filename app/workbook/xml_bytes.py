"""XML as bytes: finds where tags and elements stand, without parsing or writing anything anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from app.errors import WorkbookError

TAG_REST = rb"""(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+"""
"""What stands in a tag behind its name; a `>` within a value does not end the tag."""

Splice = tuple[int, int, bytes]
"""From, to, and the bytes that take the place of what stood there."""

_NAME = rb"[^\s<>/=\"'!?]++"
_NEXT_TAG = re.compile(rb"[^<]*+(<(/?)(" + _NAME + rb")(" + TAG_REST + rb")>)")
_ATTRIBUTE = re.compile(rb"""([^\s<>/="']++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_NOT_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_ENCODING = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?\bencoding\s*=\s*["']([\w.\-]+)["']""")
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml.*?\?>", re.DOTALL)
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,8})|#([0-9]{1,9})|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_PROLOG = 1024
_SHORT = 1 << 16
_DIGITS = 10
_SEPARATOR = "\x1f"
"""Between a namespace and a name; expat refuses namespaces in which it stands, so no blank."""
_FED = 1 << 16
"""Bytes that expat is given in one go; it is slower with large ones."""


def cannot_patch(detail: str, title: str = "The workbook cannot be patched") -> WorkbookError:
    """The error for a part whose form we do not write into; nothing was changed."""
    return WorkbookError(
        "CANNOT_PATCH",
        title,
        f"{detail} Nothing was changed.",
        "Open the workbook in Excel, save it, and try again.",
    )


@dataclass(frozen=True, slots=True)
class Element:
    """Where an element stands; a tag that closes itself has nothing between `inner` and `end`."""

    name: bytes
    """As it stands in the part, with its prefix."""
    start: int
    inner: int
    inner_end: int
    end: int

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(b":")[2].decode("utf-8", "replace")

    @property
    def prefix(self) -> bytes:
        """The prefix with its colon, or nothing."""
        before, colon, _ = self.name.rpartition(b":")
        return before + colon

    @property
    def closes_itself(self) -> bool:
        """It is a single tag."""
        return self.inner == self.end


class Part:
    """The bytes of a part; structure is looked for in `masked`, spliced in `xml`."""

    def __init__(self, name: str, xml: bytes) -> None:
        """Raises WorkbookError CANNOT_PATCH when the part is not plain XML in UTF-8."""
        _check_encoding(name, xml)
        self.name = name
        self.xml = xml
        self.masked = mask(xml)
        declared = _DECLARATION.match(xml)
        root = _element(self.masked, declared.end() if declared else 0, is_root=True)
        if root is None:
            raise cannot_patch(f"{name} is not XML.")
        self.root = root

    def children(self, parent: Element) -> Iterator[Element]:
        """The elements right below one, in their order."""
        position = parent.inner
        while position < parent.inner_end:
            child = _element(self.masked, position)
            if child is None:
                break
            yield child
            position = child.end
        if self.masked.find(b"<", position, parent.inner_end) >= 0:
            raise cannot_patch(f"{self.name} is not proper XML in {parent.local}.")

    def child(self, parent: Element, local: str) -> Element | None:
        """The first element of this name right below one."""
        return next((one for one in self.children(parent) if one.local == local), None)

    def tag(self, element: Element) -> bytes:
        """The opening tag."""
        return self.xml[element.start : element.inner]

    def whole(self, element: Element) -> bytes:
        """The element with all that is in it."""
        return self.xml[element.start : element.end]


def mask(xml: bytes) -> bytes:
    """The same bytes with comments, CDATA and instructions blanked: offsets in it still hold."""
    declared = _DECLARATION.match(xml)
    begin = declared.end() if declared else 0
    # A single byte is found many times faster than two, and most parts have neither.
    has_marks = xml.find(b"!", begin) >= 0 or xml.find(b"?", begin) >= 0
    if not has_marks or (b"<!" not in xml and xml.find(b"<?", begin) < 0):
        return xml
    return _NOT_MARKUP.sub(lambda found: b" " * len(found[0]), xml)


def attributes(tag: bytes) -> dict[str, str]:
    """The attributes of a tag, entities resolved."""
    return {
        name.decode("utf-8", "replace"): unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(tag)
    }


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """The tag with one attribute set; its quotes and all others stay. `value` needs no escape."""
    key, said = name.encode(), value.encode()
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == key:
            group = 2 if found[2] is not None else 3
            return tag[: found.start(group)] + said + tag[found.end(group) :]
    body = tag.rstrip(b">").rstrip(b"/").rstrip()
    return body + b' %b="%b"' % (key, said) + tag[len(body) :].lstrip()


def whole_number(text: str | None) -> int | None:
    """A number as it stands in an attribute, None when it is none or longer than any may be."""
    said = (text or "").strip()
    return int(said) if len(said) <= _DIGITS and said.isascii() and said.isdigit() else None


def unescape(text: str) -> str:
    """Text with the entities of XML resolved."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return _NAMED[found[3]]
    code = int(found[1], 16) if found[1] else int(found[2])
    is_character = 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if is_character else "\ufffd"


def spliced(xml: bytes, splices: Iterable[Splice]) -> bytes:
    """The bytes with each span replaced; spans do not overlap."""
    return b"".join(pieces(xml, sorted(splices, key=lambda one: one[:2])))


def pieces(xml: bytes, splices: Iterable[Splice]) -> Iterator[bytes | memoryview]:
    """The same piece by piece, for splices that come in the order of the part.

    Raises WorkbookError CANNOT_PATCH when they do not: bytes would come out twice.
    """
    view = memoryview(xml)
    position = length = 0
    waiting: list[bytes] = []
    for start, end, new in splices:
        if start < position:
            raise cannot_patch("Its elements do not stand in the usual order.")
        if start - position > _SHORT:
            # Long pieces are not copied.
            yield b"".join(waiting)
            yield view[position:start]
            waiting.clear()
            length = 0
        else:
            waiting.append(xml[position:start])
            length += start - position
        waiting.append(new)
        length += len(new)
        position = end
        if length > _SHORT:
            yield b"".join(waiting)
            waiting.clear()
            length = 0
    yield b"".join(waiting)
    yield view[position:]


def elements(name: str, xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part: its name and attributes, both without their namespaces.

    Raises WorkbookError CANNOT_PATCH when the part is not proper XML or declares entities.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def opened(element: str, said: dict[str, str]) -> None:
        plain = {key.rpartition(_SEPARATOR)[2]: value for key, value in said.items()}
        found.append((element.rpartition(_SEPARATOR)[2], plain))

    parser = _parser(name)
    parser.StartElementHandler = opened
    _feed(parser, name, xml, is_last=True)
    return found


class WellFormed:
    """Checks a changed part on its way to the file: what is not XML is never written."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parser = _parser(name)

    def feed(self, chunk: bytes | memoryview) -> None:
        """Check the next bytes. Raises WorkbookError CANNOT_PATCH."""
        view = memoryview(chunk)
        for at in range(0, len(view), _FED):
            _feed(self._parser, self._name, view[at : at + _FED], is_last=False)

    def close(self) -> None:
        """Check that the part ends where it should. Raises WorkbookError CANNOT_PATCH."""
        _feed(self._parser, self._name, b"", is_last=True)


def _parser(name: str) -> expat.XMLParserType:
    def declared(*_: object) -> None:
        raise cannot_patch(f"{name} declares entities.")

    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.StartDoctypeDeclHandler = declared
    return parser


def _feed(
    parser: expat.XMLParserType, name: str, xml: bytes | memoryview, *, is_last: bool
) -> None:
    try:
        parser.Parse(xml, is_last)
    except (expat.ExpatError, LookupError, ValueError) as error:
        # The last two are Python's words for an encoding that it does not know.
        raise cannot_patch(f"{name} is not proper XML: {error}.") from error


def _check_encoding(name: str, xml: bytes) -> None:
    said = _ENCODING.match(xml)
    is_utf16 = xml.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"))
    if is_utf16 or (said is not None and said[1].lower() != b"utf-8"):
        encoding = "UTF-16" if said is None else said[1].decode()
        raise cannot_patch(f"{name} is stored as {encoding}, not as UTF-8.")
    if b"<!DOCTYPE" in xml[:_PROLOG]:
        raise cannot_patch(f"{name} declares entities.")


def _element(masked: bytes, position: int, *, is_root: bool = False) -> Element | None:
    found = _NEXT_TAG.match(masked, position)
    if found is None or found[2]:
        return None
    start, inner = found.span(1)
    if found[4].endswith(b"/"):
        return Element(found[3], start, inner, inner, inner)
    if is_root:
        # It ends where the part does, which is quicker to see than where else it might.
        closing = b"</" + found[3] + b">"
        at = masked.rfind(closing)
        if at >= inner and not masked[at + len(closing) :].strip():
            return Element(found[3], start, inner, at, at + len(closing))
    inner_end, end = _closing(masked, found[3], inner)
    return Element(found[3], start, inner, inner_end, end)


@lru_cache(maxsize=256)
def _same_name(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"<(/?)" + re.escape(name) + rb"(?=[\s/>])(" + TAG_REST + rb")>")


def _closing(masked: bytes, name: bytes, inner: int) -> tuple[int, int]:
    """Where the closing tag of an element begins and ends."""
    plain = b"</" + name + b">"
    at = masked.find(plain, inner)
    if at >= 0 and masked.find(b"<" + name, inner, at) < 0:
        return at, at + len(plain)
    depth = 1
    for found in _same_name(name).finditer(masked, inner):
        if found[1]:
            depth -= 1
        elif not found[2].endswith(b"/"):
            depth += 1
        if depth == 0:
            return found.span()
    raise cannot_patch(f"An element {name.decode('utf-8', 'replace')} is not closed.")
