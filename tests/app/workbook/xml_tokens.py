"""XML as a list of tokens, each with its very bytes; independent of how the program reads XML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.parsers import expat


@dataclass(slots=True)
class Token:
    """A tag, a text or something else; the raw bytes of all tokens together are the part."""

    kind: str
    """"start", "end", "text" or "other" (comments, instructions, the declaration)."""
    name: str
    """As it stands in the part, with its prefix; "" for what is no tag."""
    said: dict[str, str]
    depth: int
    start: int
    raw: bytes = b""

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]


def tokens(xml: bytes) -> list[Token]:
    """The tokens of a part, read by expat. Raises expat.ExpatError when it is not well-formed."""
    found: list[Token] = []
    depth = 0
    parser = expat.ParserCreate()
    parser.ordered_attributes = True

    def add(kind: str, name: str = "", said: dict[str, str] | None = None) -> None:
        found.append(Token(kind, name, said or {}, depth, parser.CurrentByteIndex))

    def opened(name: str, said: list[str]) -> None:
        nonlocal depth
        add("start", name, dict(zip(said[::2], said[1::2], strict=True)))
        depth += 1

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        add("end", name)

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = lambda _: add("text")
    parser.CommentHandler = lambda _: add("other")
    parser.ProcessingInstructionHandler = lambda *_: add("other")
    parser.StartCdataSectionHandler = lambda: add("text")
    parser.EndCdataSectionHandler = lambda: add("text")
    parser.XmlDeclHandler = lambda *_: add("other")
    parser.DefaultHandler = lambda _: add("text")
    parser.Parse(xml, True)
    _cut(found, xml)
    return found


def _cut(found: list[Token], xml: bytes) -> None:
    """Give each token its bytes; of a tag that closes itself the opening token has them all."""
    found[0].start = 0  # expat does not count a byte order mark
    ends = [token.start for token in found[1:]] + [len(xml)]
    for token, end in zip(found, ends, strict=True):
        token.raw = xml[token.start : end]


def root_prefix(found: list[Token]) -> str:
    """The prefix of the root with its colon, or ""."""
    before, colon, _ = next(token.name for token in found if token.kind == "start").rpartition(":")
    return before + colon


def element_end(found: list[Token], start: int) -> int:
    """The index behind the end token of the element that starts at this index."""
    depth = found[start].depth
    at = start + 1
    while not (found[at].kind == "end" and found[at].depth == depth):
        at += 1
    return at + 1


def elements(found: list[Token], is_wanted: Callable[[Token], bool]) -> Iterator[tuple[int, int]]:
    """From and to (exclusive) of every element that is wanted, none inside another one."""
    at = 0
    while at < len(found):
        if found[at].kind == "start" and is_wanted(found[at]):
            end = element_end(found, at)
            yield at, end
            at = end
        else:
            at += 1


def said_text(found: list[Token]) -> str:
    """The text within some tokens, entities resolved."""
    raw = b"".join(token.raw for token in found if token.kind == "text")
    parser = expat.ParserCreate()
    said: list[str] = []
    parser.CharacterDataHandler = said.append
    parser.Parse(b"<t>" + raw.removeprefix(b"\xef\xbb\xbf") + b"</t>", True)
    return "".join(said)
