"""Spoils workbooks at random and checks that the guard, the patcher and the reader stand it.

    python -m tests.fuzz.fuzz_workbook --cases 100000 --seed 1

Each case must end in an error that the program expects, or in a package in which only our cells
differ and which a second write leaves alone. Another exception, more than five seconds in the
patcher, more than two gigabytes, and a reader that ends are findings; their workbooks are kept.
A case depends on the seed and its number only: `--first N --cases 1` runs it again.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from xml.parsers import expat

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "tests/app/workbook"), str(Path(__file__).parent)]

from mutations import packed, spoil_package, spoil_part  # noqa: E402  after the path
from reader_child import Reader  # noqa: E402  after the path
from seeds import Seed, seeds  # noqa: E402  after the path

from app.errors import AppError, WorkbookError  # noqa: E402  after the path
from app.workbook.guard import Kind, admit  # noqa: E402  after the path
from app.workbook.patch import patch_package  # noqa: E402  after the path
from app.workbook.save import _TORN  # noqa: E402  what saving answers as DAMAGED
from lossless import differences  # noqa: E402  the tests' folders are no packages
from xml_tokens import tokens  # noqa: E402  after the path

_SECONDS = 5.0
_READER_SECONDS = 60.0
"""A sheet may reach to the last row of Excel, and the reader has a limit of its own."""
_MEMORY = 2 << 30
_KEPT = 100
"""Findings of each kind that are kept."""
_OF_PACKAGE = 0.3
"""The share of cases in which the package's bytes are spoiled, not the parts."""


class TooSlow(BaseException):
    """A case took longer than it may."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A case that ended as it must not."""

    kind: str
    detail: str


def run_case(book: Path, seed: Seed, reader: Reader | None) -> tuple[str, Finding | None]:
    """How a case ended, and what is wrong with that."""
    started = time.perf_counter()
    try:
        with _time_limit():
            outcome, finding = _patch_case(book, seed)
    except TooSlow:
        return "slow", Finding("slow", traceback.format_exc())
    except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
        return "fault", Finding(type(error).__name__, traceback.format_exc())
    if finding is None and time.perf_counter() - started > _SECONDS:
        finding = Finding("slow", f"{time.perf_counter() - started:.1f} s")
    if finding is None and reader is not None:
        said = reader.read(book, _READER_SECONDS)
        outcome = f"{outcome}, reader: {said.partition(' ')[0]}"
        if said.startswith(("fault", "ended", "slow")):
            finding = Finding(f"reader {said.partition(':')[0]}", said)
    return outcome, finding


def _patch_case(book: Path, seed: Seed) -> tuple[str, Finding | None]:
    target, again = book.with_name("patched.xlsx"), book.with_name("again.xlsx")
    for path in (target, again):
        path.unlink(missing_ok=True)
    refusal = ""
    try:
        kind = admit(book).kind
        # What is no package is never patched; the status goes beside it.
        refusal = "" if kind is Kind.XLSX else kind
    except WorkbookError as error:
        refusal = error.code
    try:
        result = patch_package(book, target, seed.write)
    except AppError as error:
        outcome = f"{refusal or 'admitted'}, {error.code}"
        left = Finding("left behind", str(error)) if target.exists() else None
        return outcome, left
    except (*_TORN, OSError):
        if not refusal:
            raise
        return f"{refusal}, torn", None
    if refusal:
        return f"{refusal}, written", None
    if not result.changed:
        return "admitted, nothing to write", None
    if _was_no_xml(book, target):
        return "admitted, written over a part that was no XML", None
    return "admitted, written", _check_written(book, target, again, seed)


def _was_no_xml(book: Path, target: Path) -> bool:
    """A part that was changed was not well-formed before: Excel opens no such workbook."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target) as new:
        try:
            for name in old.namelist():
                if old.read(name) != new.read(name):
                    tokens(old.read(name))
        except expat.ExpatError:
            return True
    return False


def _check_written(book: Path, target: Path, again: Path, seed: Seed) -> Finding | None:
    found = differences(book, target, sheet=seed.write.sheet)
    if found:
        return Finding("lost", "\n".join(found))
    try:
        admit(target)
    except WorkbookError as error:
        return Finding("not admitted again", str(error))
    if patch_package(target, again, seed.write).changed:
        return Finding("not idempotent", "\n".join(differences(target, again)))
    known = target.with_name("known.xlsx")
    for path, is_known in ((again, False), (known, True)):
        path.unlink(missing_ok=True)
        patch_package(target, path, seed.later, is_known=is_known)
    if again.exists() != known.exists() or (
        again.exists() and again.read_bytes() != known.read_bytes()
    ):
        return Finding("known is another", "\n".join(differences(again, known)))
    return None


@contextmanager
def _time_limit() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    faulthandler.dump_traceback_later(12 * _SECONDS, exit=True)
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()


def make_case(chance: random.Random, seed: Seed) -> bytes:
    """A spoiled workbook."""
    if chance.random() < _OF_PACKAGE:
        method = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
        return spoil_package(chance, packed(seed.parts, method))
    parts = dict(seed.parts)
    for name in chance.choices(seed.spoiled, k=chance.choice((1, 1, 1, 2))):
        parts[name] = spoil_part(chance, parts[name])
    if chance.random() < 0.02:
        del parts[chance.choice(list(parts))]
    return packed(parts)


def fuzz(
    number: int, first: int, cases: int, crashes: Path, *, with_reader: bool
) -> tuple[Counter[str], Counter[str]]:
    """Run cases; how they ended, and the findings by kind. Findings are kept in `crashes`."""
    outcomes: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    known = seeds()
    reader = Reader() if with_reader else None
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        book = Path(folder) / "case.xlsx"
        for case in range(first, first + cases):
            chance = random.Random(f"{number}:{case}")
            seed = chance.choice(known)
            book.write_bytes(make_case(chance, seed))
            outcome, finding = run_case(book, seed, reader)
            outcomes[outcome] += 1
            if finding is not None:
                findings[finding.kind] += 1
                if findings[finding.kind] <= _KEPT:
                    _keep(crashes, f"{number}-{case}-{seed.name}", book, finding)
            if (case + 1) % 5000 == 0:
                print(f"{case + 1:,} cases, findings: {dict(findings)}", flush=True)
    if reader is not None:
        reader.close()
    return outcomes, findings


def _keep(crashes: Path, name: str, book: Path, finding: Finding) -> None:
    crashes.mkdir(parents=True, exist_ok=True)
    kind = finding.kind.replace(" ", "-")
    (crashes / f"{kind}-{name}.xlsx").write_bytes(book.read_bytes())
    (crashes / f"{kind}-{name}.txt").write_text(finding.detail)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz as the command line says; 1 when there were findings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-reader", action="store_true", help="do not read with calamine")
    parser.add_argument("--crashes", type=Path, default=Path(tempfile.gettempdir()) / "crashes")
    asked = parser.parse_args(arguments)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    started = time.monotonic()
    outcomes, findings = fuzz(
        asked.seed, asked.first, asked.cases, asked.crashes, with_reader=not asked.no_reader
    )
    for outcome, count in outcomes.most_common():
        print(f"{count:>8,}  {outcome}")
    seconds = time.monotonic() - started
    print(
        f"{asked.cases:,} cases in {seconds:.0f} s, seed {asked.seed}; findings: {dict(findings)}"
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
