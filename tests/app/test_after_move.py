"""After the move, every step says how far it is, and the trust goes before the licences do."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app import audit
from app.after_move import (
    CODES,
    SETTING,
    Progress,
    StepNow,
    StepState,
    Urgency,
    after_move,
    page_of,
    progress_of,
    with_end,
    with_step,
)
from app.connection import Connection
from app.errors import AppError
from app.journal import count_statuses, read_settings
from app.model import MoveStatus
from app.report_making import make_report
from app.report_order import ReportKind, ReportOrder
from report_state import CONNECTION, NOON, state

__all__ = ["state"]
ENDS = date(2026, 12, 31)
DONE = Progress(moved=5)


def step(code: str, kept: str = "", progress: Progress = DONE, today: date = ENDS) -> StepNow:
    page = after_move(kept, CONNECTION, progress, today)
    return next(one for one in page.steps if one.step.code == code)


@pytest.mark.parametrize(
    ("today", "urgency", "word"),
    [
        (date(2026, 11, 1), Urgency.NONE, "Before 2026-12-31"),
        (date(2026, 12, 17), Urgency.SOON, "14 days are left"),
        (date(2026, 12, 30), Urgency.SOON, "1 day is left"),
        (date(2026, 12, 31), Urgency.OVERDUE, "ended on 2026-12-31"),
    ],
)
@pytest.mark.parametrize("code", ["TRUST_SOURCE", "TRUST_TARGET"])
def test_the_trust_gets_urgent_before_the_licences_end(
    code: str, today: date, urgency: Urgency, word: str
) -> None:
    now = step(code, with_end("", ENDS), today=today)
    assert (now.urgency, word in now.remark) == (urgency, True)


def test_the_trust_stays_while_moves_need_it() -> None:
    now = step("TRUST_SOURCE", progress=Progress(moved=5, unfinished=12))
    assert now.urgency is Urgency.NOT_YET
    assert "12 moves are not finished" in now.remark


def test_without_a_date_it_is_asked_for() -> None:
    assert "Say when" in step("TRUST_TARGET").remark


def test_the_commands_name_the_partner_and_its_role() -> None:
    source, target = step("TRUST_SOURCE").step.command, step("TRUST_TARGET").step.command
    assert "-PartnerRole Target -PartnerCrossTenantHostUrl 'https://practice-target-my" in source
    assert "Connect-SPOService -Url 'https://practice-source-admin" in source
    # Microsoft's own example has the role Target and the target's address here.
    assert "-PartnerRole Source -PartnerCrossTenantHostUrl 'https://practice-source-my" in target
    assert "Connect-SPOService -Url 'https://practice-target-admin" in target
    assert "RedirectSite#0" in step("REDIRECTS").step.command


def test_nothing_that_removes_is_run_by_pasting_a_command() -> None:
    for line in step("REDIRECTS").step.command.splitlines():
        assert "Remove-SPOSite" not in line or line.startswith("#")


def test_without_a_connection_the_addresses_are_to_be_filled_in() -> None:
    page = after_move("", Connection(), DONE, ENDS)
    assert "https://<target>-my.sharepoint.com" in page.steps[4].step.command


def test_a_step_keeps_its_state_its_note_and_when() -> None:
    kept = with_step("", "HOLDS", StepState.DONE, "policy 7", NOON)
    kept = with_end(with_step(kept, "SYNC", StepState.NOT_NEEDED, "", NOON), ENDS)
    now = step("HOLDS", kept)
    assert (now.kept.state, now.kept.note) == (StepState.DONE, "policy 7")
    assert now.kept.at_utc == "2026-12-05T12:00:00+00:00"
    assert step("SYNC", kept).kept.state is StepState.NOT_NEEDED
    assert step("CHECK", kept).kept.state is StepState.OPEN
    assert step("TRUST_SOURCE", kept).urgency is Urgency.OVERDUE
    trust_gone = with_step(kept, "TRUST_SOURCE", StepState.DONE, "", NOON)
    assert step("TRUST_SOURCE", trust_gone).urgency is Urgency.NONE


def test_a_step_that_is_not_there_is_refused() -> None:
    with pytest.raises(AppError) as caught:
        with_step("", "PARTY", StepState.DONE, "", NOON)
    assert caught.value.code == "NO_SUCH_STEP"


def test_moves_are_counted_for_it(state: Path) -> None:
    assert progress_of(count_statuses(state)) == Progress(moved=5, unfinished=1, failed=2)
    assert progress_of({MoveStatus.READY: 3, MoveStatus.STOPPED: 1}) == Progress(failed=1)


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "app", "after", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_the_command_keeps_what_the_admin_says_and_the_journal_records_it(
    state: Path, tmp_path: Path
) -> None:
    options = (tmp_path / "Plan.xlsx", "--state-dir", state, "--json")
    done = command(
        *options, "--set", "HOLDS=done", "--note", "both", "--licences-end", "2031-01-31"
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["licences_end"] == "2031-01-31"
    assert [one["state"] for one in said["steps"] if one["code"] == "HOLDS"] == ["done"]
    out = tmp_path / "events.csv"
    audit.export(state, out)
    lines = [line for line in out.read_text("utf-8-sig").splitlines() if SETTING in line]
    assert len(lines) == 2
    assert "HOLDS: done (both)" in lines[1]
    assert "@" in lines[1]
    assert [one.step.code for one in page_of(read_settings(state), {}, ENDS).steps] == list(CODES)
    for wrong in (("--set", "HOLDS=perhaps"), ("--set", "X=done"), ("--licences-end", "soon")):
        assert command(*options, *wrong).returncode == 2


def test_the_report_has_a_sheet_of_it(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.xlsx"
    make_report(ReportOrder(ReportKind.STATUS, state, "Plan.xlsx", out), NOON)
    sheet = openpyxl.load_workbook(out)["After the move"]
    texts = {cell.value for row in sheet.iter_rows() for cell in row}
    assert "Remove the trust on the source" in texts
    assert step("TRUST_TARGET").step.command.splitlines()[1] in texts
