"""What a release is called, what it says of itself, and the time that all of its files bear."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

from app import __version__
from app.release_watch import FILE as FEED_FILE

ROOT = Path(__file__).resolve().parents[1]
NAME = "Tenant Ferry"
PUBLISHER = "Tenant Ferry contributors"
DESCRIPTION = "Moves OneDrives between Microsoft 365 tenants from your own workbook"
VERSION = __version__
_FIRST_ZIP_SECOND = 315532800
"""1980 began: no archive of the kind zip knows an earlier time."""


def numbers(version: str = VERSION) -> tuple[int, int, int, int]:
    """Four numbers, as Windows wants them. Raises ValueError for what is no version of ours."""
    match = re.fullmatch(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})", version)
    if match is None:
        raise ValueError(f"{version} is not three numbers")
    return int(match[1]), int(match[2]), int(match[3]), 0


def epoch() -> int:
    """Seconds since 1970, the time of the commit, so that two builds of it are the same.

    SOURCE_DATE_EPOCH comes first, as reproducible-builds.org has it.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given:
        return max(int(given), _FIRST_ZIP_SECOND)
    command = ["git", "-c", f"safe.directory={ROOT}", "log", "-1", "--format=%ct"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return max(int(said.stdout), _FIRST_ZIP_SECOND) if said.returncode == 0 else _FIRST_ZIP_SECOND


def zip_time() -> tuple[int, int, int, int, int, int]:
    """The time of the commit as an archive of the kind zip keeps it."""
    at = time.gmtime(epoch())
    return at.tm_year, at.tm_mon, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec


def commit() -> str:
    """The commit that is packed, with a + when files differ from it; "" outside a work tree."""
    git = ["git", "-c", f"safe.directory={ROOT}"]
    said = subprocess.run(
        [*git, "rev-parse", "--short=12", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    changed = subprocess.run(
        [*git, "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() + ("+" if changed.stdout.strip() else "")


def write_feed(resources: Path, feed: str) -> None:
    """Let what is packed ask here for newer versions; "" leaves what is there. SystemExit."""
    if not feed:
        return
    if not re.fullmatch(r"https://[!$-;=@-Z_a-z~]+", feed):
        raise SystemExit(f"Stopped: {feed} is no address that newer versions can be asked from.")
    (resources / FEED_FILE).write_text(f'feed = "{feed}"\n', "utf-8", newline="\n")


def utc(seconds: int) -> str:
    """As SBOMs and change logs write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def release_text(changelog: str, version: str = VERSION) -> str:
    """The section of this version, or of what is not released yet. Raises ValueError."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    for wanted in (f"[{version}]", "[Unreleased]"):
        for section in sections:
            if section.startswith(wanted):
                title, _, body = section.partition("\n")
                return f"# {NAME} {version}\n\n{body.strip()}\n" if body.strip() else title
    raise ValueError(f"the change log has no section for {version}")
