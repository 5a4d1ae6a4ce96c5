"""Collects the licence texts of everything inside, before their places are trimmed away."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from email.parser import HeaderParser
from pathlib import Path

from packaging.utils import canonicalize_name

from installer.version import NAME, ROOT

_TEXT = re.compile(r"(?i)(licen[cs]e|copying|notice|authors|copyright)")


def write_licences(
    target: Path, lib: Path, runtime: Path | None = None, only: Collection[str] | None = None
) -> list[str]:
    """Copy each package's licence texts into a folder of its name; the names of the packages.

    A package that ships no text is named with what it says of its licence. Ends with a list of all.
    `only` names the packages that are packed, where `lib` holds others too.
    """
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "LICENSE", target / f"{NAME}.txt")
    lines = [f"{NAME}: MIT, see {NAME}.txt"]
    if runtime is not None:
        shutil.copyfile(runtime / "LICENSE.txt", target / "Python.txt")
        lines.append("Python with OpenSSL, SQLite, libffi, bzip2, XZ: see Python.txt")
    names = []
    for information in sorted(lib.glob("*.dist-info")):
        about = HeaderParser().parsestr((information / "METADATA").read_text("utf-8"))
        if only is not None and canonicalize_name(about["Name"]) not in only:
            continue
        name = f"{about['Name']} {about['Version']}"
        names.append(str(about["Name"]))
        texts = [
            path
            for path in sorted(information.rglob("*"))
            if path.is_file() and _TEXT.search(path.relative_to(information).as_posix())
        ]
        for path in texts:
            place = path.relative_to(information).as_posix().removeprefix("licenses/")
            copy = target / about["Name"] / place.replace("/", "_")
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, copy)
        said = licence_of(
            about["License-Expression"], about["License"], about.get_all("Classifier")
        )
        where = f"see the folder {about['Name']}" if texts else "the package brings no text"
        lines.append(f"{name}: {said}, {where}")
    (target / "README.txt").write_text("\n".join(lines) + "\n", "utf-8", newline="\r\n")
    return names


def licence_of(expression: str | None, words: str | None, classifiers: list[str] | None) -> str:
    """What a package says of its licence in its metadata, the most exact first."""
    if expression:
        return str(expression)
    ends = [one.rsplit(" :: ", 1)[1] for one in classifiers or [] if one.startswith("License ::")]
    first = (str(words or "").strip().splitlines() or [""])[0]
    if first and len(first) < 60:
        return first
    return ", ".join(ends) or "a licence that its metadata does not name"
