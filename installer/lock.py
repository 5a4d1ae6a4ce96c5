"""Takes from the lock what the program needs on one system, with its hashes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WINDOWS = {
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "platform_system": "Windows",
    "python_full_version": "3.13.2",
    "python_version": "3.13",
    "sys_platform": "win32",
}
"""The markers of the runtime that the Windows installer brings."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One pinned package: its requirement with marker, its hashes, and who wants it."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]

    def holds(self, environment: Mapping[str, str]) -> bool:
        """It is for this system and this Python."""
        return not self.marker or Marker(self.marker).evaluate(dict(environment))

    def line(self) -> str:
        """As an installer reads it, the marker left out: it was looked at already."""
        hashes = "".join(f" \\\n    --hash={each}" for each in self.hashes)
        return f"{self.name}=={self.version}{hashes}\n"


def read_lock(path: Path) -> list[Locked]:
    """Every pinned package of a lock. Raises ValueError for what is not pinned by a hash."""
    found = []
    text = path.read_text("utf-8")
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        if not re.match(r"[A-Za-z0-9]", entry):
            continue
        head = re.match(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)(?: ; ([^\\\n]+?))? *\\?\n", entry)
        hashes = re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry)
        if head is None or not hashes:
            raise ValueError(f"{path.name}: not pinned by a hash: {entry.splitlines()[0]}")
        comments = re.findall(r"^ +#(?: via)? +([A-Za-z0-9][A-Za-z0-9._-]*)", entry, re.MULTILINE)
        found.append(
            Locked(
                canonicalize_name(head[1]),
                head[2],
                head[3] or "",
                tuple(hashes),
                tuple(canonicalize_name(one) for one in comments if one != "via"),
            )
        )
    return found


def needed(
    locked: Iterable[Locked],
    direct: Iterable[str],
    environment: Mapping[str, str],
    left_out: frozenset[str] = frozenset(),
) -> list[Locked]:
    """What these requirements need on this system, and nothing that only a developer needs."""
    here = [one for one in locked if one.holds(environment)]
    wanted: set[str] = {canonicalize_name(Requirement(one).name) for one in direct}
    while True:
        more = {one.name for one in here if wanted.intersection(one.wanted_by)}
        if more <= wanted:
            break
        wanted |= more
    return sorted(
        (one for one in here if one.name in wanted and one.name not in left_out),
        key=lambda one: one.name,
    )


def direct_dependencies(pyproject: Path) -> list[str]:
    """The run-time requirements of the project."""
    project = tomllib.loads(pyproject.read_text("utf-8"))["project"]
    requirements: list[str] = project["dependencies"]
    return requirements
