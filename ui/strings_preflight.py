"""Every sentence of the pre-flight's strip and of the pages on errors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from app.model import Level
from app.preflight_values import PreflightSummary
from ui.strings import count, rows

# The strip
NAME = "Pre-flight"
ACTION = "Run the &pre-flight"
ACTION_ALL = "Check &all rows again"
ACTION_SELECTED = "Check the &selected rows"
RUN = "Pre-flight"
RUN_TIP = "Ask both tenants about every row that needs it. Nothing is changed anywhere."
RUN_NOT_CONNECTED = "Connect the tenants first; then every row can be checked with them."
MORE = "More"
CANCEL = "Stop checking"
RESUME = "Go on"
PROGRESS_NAME = "Rows checked by the pre-flight"
NOT_RUN = "Pre-flight not run yet: ask both tenants about every row before you start."
NOT_CONNECTED = "Pre-flight: connect the tenants to check every row with them."
RUNNING = "Pre-flight: {done} of {rows} checked"
WAITING = "Pre-flight: {done} of {rows} checked, waiting. {why}"
NEEDS_SIGN_IN = "Pre-flight stopped at {done} of {rows}: sign in again, then go on."
FAILED = "Pre-flight stopped. {why}"
DONE = "Pre-flight {age}: {counts}"
NO_ROWS = "Pre-flight: no row can be started."
PASSED = ("{} pass", "{} pass")
WARNED = ("{} warning", "{} warnings")
BLOCKED = ("{} blocked", "{} blocked")
UNKNOWN = ("{} unclear", "{} unclear")
UNCHECKED = ("{} not checked", "{} not checked")
TENANTS_BLOCK = "the tenants are not ready"
NOW = "just now"
MINUTES = ("{} minute ago", "{} minutes ago")
HOURS = ("{} hour ago", "{} hours ago")
FINISHED = "Pre-flight finished: {}"

# In the details
TENANTS_TITLE = "Both tenants"
ROW_TITLE = "Pre-flight, {}"
ROW_CLEAN = "The services found nothing in the way."
PASSED_LINE = "Passed: {}."
OWN_TITLE = "Findings in the workbook"

# The pages on errors
HELP_ACTION = "&Error codes…"
HELP_TITLE = "What the service’s errors mean"
HELP_BUTTON = "What this means"
HELP_BUTTON_NAME = "What the error {} means"
HELP_LIST = "Error codes"
HELP_SEARCH = "Find a code or a word"
HELP_MEANING = "What it means"
HELP_WHO = "Who can fix it"
HELP_HOW = "How"
HELP_RETRY = "Start again?"
HELP_COMMAND = "Command"
HELP_COPY = "Copy the command"
HELP_CLOSE = "Close"
HELP_NONE = "No code has these words."


def age(time: timedelta) -> str:
    """How long ago, in the largest unit that fits."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 1:
        return NOW
    return count(minutes, *MINUTES) if minutes < 60 else count(minutes // 60, *HOURS)


def passed(titles: Iterable[str]) -> str:
    """What passed, in one line."""
    return PASSED_LINE.format("; ".join(titles))


def counts(summary: PreflightSummary) -> str:
    """How many rows under which level; those of which there are none are left out."""
    named = (
        (summary.blocked, BLOCKED),
        (summary.unknown, UNKNOWN),
        (summary.warned, WARNED),
        (summary.passed, PASSED),
        (summary.unchecked, UNCHECKED),
    )
    said = [count(number, *words) for number, words in named if number]
    if any(finding.level is Level.BLOCK for finding in summary.tenant_findings):
        said.insert(0, TENANTS_BLOCK)
    return ", ".join(said) or rows(0)
