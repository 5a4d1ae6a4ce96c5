"""The gates and the identity map on the command line, as whole processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter

PEOPLE = 5


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Wave plan.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Mapping")
        sheet.write_row(0, 0, ("SourceUPN", "TargetUPN"))
        for n in range(PEOPLE):
            sheet.write_row(n + 1, 0, (f"p{n}@tailspin.com", f"p{n}@northwind.com"))
    return path


def done(state: Path, name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", name, *map(str, arguments), "--state-dir", str(state)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_map_that_is_missing_is_shown_refused_uploaded_and_then_let_through(
    book: Path, state: Path, tmp_path: Path
) -> None:
    scenario = ("--practice", "--scenario", "empty-identity-map")
    shown = done(state, "map", book, *scenario, "--json")
    assert shown.returncode == 1, shown.stderr
    assert json.loads(shown.stdout)["counts"]["add"] == PEOPLE
    refused = done(state, "run", book, *scenario, "--yes", "--override", "IDENTITY_MAP=in a hurry")
    assert refused.returncode == 2
    assert "cannot be passed over" in refused.stderr
    refused = done(state, "run", book, *scenario, "--yes")
    assert refused.returncode == 2
    assert "Nothing is started because of IDENTITY_MAP." in refused.stdout
    assert "Waiting" not in refused.stdout
    uploaded = done(state, "map", book, *scenario, "--upload")
    assert uploaded.returncode == 0, uploaded.stdout + uploaded.stderr
    assert f"{PEOPLE} there as the workbook wants them." in uploaded.stdout
    file = tmp_path / "map.csv"
    exported = done(state, "map", book, *scenario, "--export", file)
    assert exported.returncode == 0, exported.stderr
    assert "This upload replaces the whole map" in exported.stdout
    assert len(file.read_text("utf-8").splitlines()) == PEOPLE
    moved = done(state, "run", book, *scenario, "--yes", "--speed", 2000)
    assert moved.returncode == 0, moved.stdout + moved.stderr


def test_a_warning_stops_a_run_until_a_reason_is_given(book: Path, state: Path) -> None:
    scenario = ("--practice", "--scenario", "half-the-licences-missing", "--speed", "2000", "--yes")
    refused = done(state, "run", book, *scenario)
    assert refused.returncode == 2
    assert '--override "LICENCES=your reason"' in refused.stdout
    moved = done(state, "run", book, *scenario, "--override", "licences=ordered")
    assert moved.returncode in (0, 1)
    assert "Passed over by" in moved.stdout
    assert "people moved" in moved.stdout


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--override", "NO_SUCH=x"),
        ("--override", "LICENCES="),
        ("--confirm", "TRUST"),
    ],
)
def test_what_says_nothing_of_a_gate_is_refused_before_anything_is_done(
    book: Path, state: Path, option: str, words: str
) -> None:
    refused = done(state, "run", book, "--practice", "--yes", option, words)
    assert refused.returncode == 2
    assert "NO_SUCH_GATE" in refused.stderr or "NO_REASON" in refused.stderr
    assert not state.exists()


def test_a_map_needs_tenants_or_a_file(book: Path, state: Path, tmp_path: Path) -> None:
    refused = done(state, "map", book)
    assert refused.returncode == 2
    assert "NO_SERVICE" in refused.stderr
    refused = done(state, "map", book, "--export", tmp_path / "map.csv")
    assert refused.returncode == 2
    assert "NO_TENANT_ID" in refused.stderr
