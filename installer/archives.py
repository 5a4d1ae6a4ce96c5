"""Archives whose bytes depend on nothing but the files in them and the time of the commit."""

from __future__ import annotations

import hashlib
import lzma
import tarfile
from collections.abc import Iterable
from pathlib import Path

from installer import version


def write_tarball(folder: Path, target: Path) -> None:
    """A .tar.xz of the folder under its own name, owned by root, sorted, with one time."""
    paths = sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix())
    with (
        lzma.open(target, "wb", preset=6) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for path in (folder, *paths):
            inside = path.relative_to(folder.parent).as_posix()
            entry = archive.gettarinfo(str(path), inside)
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime = version.epoch()
            if entry.isreg():
                with path.open("rb") as file:
                    archive.addfile(entry, file)
            else:
                archive.addfile(entry)


def write_checksums(files: Iterable[Path], target: Path) -> None:
    """SHA-256 of each, as `sha256sum --check` reads them."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(files, key=lambda path: path.name)
    ]
    target.write_text("".join(lines), "ascii", newline="\n")
