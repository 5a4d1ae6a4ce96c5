"""Writes the pages of the documentation that are made from the program's own tables."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from app import remedies
from app.error_pages import ErrorPage, all_pages
from app.foresight import BY_HAND, FORESEEN, LATER, UNFORESEEN
from app.preflight_texts import PREFLIGHT_TEXTS

_MADE = "<!-- Made by `python -m app.handbook docs` from the program's own tables. -->\n"


def pages() -> dict[str, str]:
    """File name and whole text of each page."""
    return {"errors.md": _errors(), "preflight.md": _preflight()}


def main(arguments: Sequence[str]) -> int:
    """Write the pages into the folder that is named; returns the exit code."""
    folder = Path(arguments[0])
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8", newline="\n")
    return 0


def _errors() -> str:
    parts = [
        _MADE,
        "# What the service’s errors mean\n",
        "Each code of the move engine, of reports from the field, and of the migration"
        " orchestrator. In the window, choose *What this means* below an error.\n",
        _table(("code", "what happened"), ((_link(page), page.title) for page in all_pages())),
    ]
    return "\n".join([*parts, *map(_error, all_pages())])


def _error(page: ErrorPage) -> str:
    lines = [
        f"## {page.code}\n",
        f"**{page.title}.** {page.meaning}\n",
        f"- **Who can fix it:** {page.who}",
        f"- **How:** {page.how}",
        f"- **Start again?** {page.retry}\n",
    ]
    if page.command:
        lines.append(f"```powershell\n{page.command}\n```\n")
    return "\n".join(lines)


def _link(page: ErrorPage) -> str:
    return f"[`{page.code}`](#{page.code.casefold()})"


def _preflight() -> str:
    foreseen = (
        (
            _code(one.code),
            _title(one.code),
            ", ".join(one.by),
            ", ".join(f"`{code}`" for code in one.findings),
        )
        for one in FORESEEN
    )
    own = ((f"`{code}`", text.title, _cell(text.remedy)) for code, text in PREFLIGHT_TEXTS.items())
    return "\n".join(
        [
            _MADE,
            "# The pre-flight: what it finds before a start, and what it cannot\n",
            "The pre-flight asks both tenants about every row that may be started. It changes"
            " nothing. Four questions a row: both users, the service’s own dry run, and the source"
            " OneDrive or, where the dry run did not vouch for it, the identity map. An application"
            " signed in to the target is asked a fifth: the target OneDrive. Users are asked for by"
            " lists of fifteen names, sixty to a call, and everything else twenty to a call; of"
            " whom a list does not tell is asked alone before he counts as missing.\n",
            "Measured with 4,000 people and practice tenants (2-core VM, Debian 12, Python 3.11,"
            " 26 November 2026): 538 calls in 8 s; with an application on the target 738 calls in"
            " 9 s. A second run right after it makes 3 calls, because nobody needs to be asked"
            " again. A service that took no lists would cost 400 calls more.\n",
            "## Found before a start\n",
            "Any one of the findings tells of it. A code of the engine among them is given by the"
            " dry run.\n",
            _table(("cause", "what it is", "found by", "findings"), foreseen),
            "## Not found before a start\n",
            _table(("cause", "why"), ((_code(code), why) for code, why in UNFORESEEN)),
            "## What comes afterwards\n",
            _table(("what", "what happens then"), LATER),
            "## What to check by hand\n",
            _table(("what", "why, and how"), BY_HAND),
            "## The pre-flight’s own findings\n",
            _table(("code", "what was found", "what to do"), own),
        ]
    )


def _title(code: str) -> str:
    known = remedies.find(code, "")
    return known.title if known is not None else code


def _code(code: str) -> str:
    known = remedies.find(code, "")
    return f"`{code}`" if known is None else f"[`{code}`](errors.md#{known.code.casefold()})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
