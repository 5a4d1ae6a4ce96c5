"""The command `preflight` as the admin gives it, in processes of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter


def write(path: Path, *pairs: tuple[str, str]) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN"))
        for number, pair in enumerate(pairs, 1):
            sheet.write_row(number, 0, pair)
    return path


def preflight(book: Path, state: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", "preflight", str(book), "--state-dir", str(state)]
    return subprocess.run([*command, *more], capture_output=True, text=True, timeout=60)


PEOPLE = [(f"p{n}@contoso.com", f"p{n}@northwind.com") for n in range(30)]


def test_rows_are_checked_kept_and_only_what_changed_is_asked_again(
    tmp_path: Path, state: Path
) -> None:
    book = write(tmp_path / "Wave.xlsx", *PEOPLE, ("o'neil@contoso.com", "oneil@northwind.com"))
    scenario = ("--practice", "--scenario", "half-the-licences-missing", "--json")
    first = preflight(book, state, *scenario)
    assert first.returncode == 1, first.stderr
    said: dict[str, Any] = json.loads(first.stdout)
    counts = said["counts"]
    assert counts["pass"] + counts["blocked"] == 30
    assert counts["not checked"] == counts["unknown"] == 0
    assert 5 <= counts["blocked"] <= 25
    codes = {one["code"] for row in said["rows"] for one in row["findings"]}
    assert codes >= {"MnAOdbUsersAreNotLicensed", "UPN_APOSTROPHE"}
    assert said["rows"][-1]["checked_utc"] is None  # its own check blocks it
    passed = [row["passed"] for row in said["rows"][:-1]]
    assert all("SOURCE_USER_FOUND" in codes for codes in passed)
    assert "TENANTS_DIFFER" in said["tenant_passed"]
    assert {one["code"] for one in said["tenant_findings"]} >= {
        "TARGET_DRIVES_UNSEEN",
        "LICENCE_SEATS_SHORT",
    }
    for one in [*said["tenant_findings"], *said["rows"][-1]["findings"]]:
        assert one["reason"]
        assert one["remedy"]

    # Again: those that were blocked, and nobody else; and a row that has changed.
    write(book, *PEOPLE[:-1], ("p29@contoso.com", "else@northwind.com"))
    second = preflight(book, state, "--practice", "--json")
    again: dict[str, Any] = json.loads(second.stdout)
    times = [
        (
            datetime.fromisoformat(before["checked_utc"]),
            datetime.fromisoformat(after["checked_utc"]),
        )
        for before, after in zip(said["rows"][:30], again["rows"], strict=True)
    ]
    asked = sum(after > before for before, after in times)
    was_blocked = [any(f["level"] == "BLOCK" for f in row["findings"]) for row in said["rows"][:30]]
    assert asked == sum(was_blocked[:-1]) + 1
    assert all(after <= datetime.now(UTC) for _, after in times)

    plain = preflight(book, state, "--practice", "--all")
    assert plain.returncode == 1
    assert "30 of 30 rows checked" in plain.stdout
    assert "The oldest result is 0 minutes old" in plain.stdout

    # What one scenario plays says nothing of another.
    other = preflight(book, state, "--practice", "--scenario", "all-well", "--json")
    assert other.returncode == 0, other.stdout + other.stderr
    anew: dict[str, Any] = json.loads(other.stdout)
    assert anew["counts"]["pass"] == 30
    assert min(row["checked_utc"] for row in anew["rows"]) > max(
        row["checked_utc"] for row in again["rows"]
    )


def test_without_anybody_to_ask_nothing_is_asked(tmp_path: Path, state: Path) -> None:
    book = write(tmp_path / "Wave.xlsx", *PEOPLE[:1])
    said = preflight(book, state)
    assert said.returncode == 2
    assert "--practice" in said.stderr


def test_all_well_is_success(tmp_path: Path, state: Path) -> None:
    book = write(tmp_path / "Wave.xlsx", *PEOPLE[:3])
    said = preflight(book, state, "--practice", "--scenario", "all-well")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "Rows: 3 pass" in said.stdout
