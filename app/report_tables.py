"""The sums of a status report: by status, by batch, by problem, by whom, and along the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from app.model import MoveStatus
from app.report import HELD_BACK, MOVED, STAGES, Person
from app.texts import status_label

NO_BATCH = "(not planned)"
_MOST_STEPS = 120
"""A time line with more steps than this is drawn with longer ones."""
_STEPS = ("10min", "30min", "1h", "3h", "12h", "1D", "7D", "30D")
_COUNTED = ("planned_begin", "planned_end", "started", "finished")


@dataclass(frozen=True, slots=True)
class Tables:
    """The sums over some people; every one of them is counted once in `stages` and `statuses`."""

    stages: dict[str, int]
    """People by stage, every stage there."""
    statuses: dict[str, int]
    """People by status in words, in the order of a move's life."""
    batches: Any
    """Data frame: a line for each batch, with its stages, its plan and what came of it."""
    problems: Any
    """Data frame: a line for each thing to do, with who does it, for how many and for whom."""
    needs: Any
    """Data frame: a line for each who, with how many people wait for them and for what most."""
    time_line: Any
    """Data frame: steps of time (UTC), with what was planned, begun, moved in each and in all."""
    step: str
    """How long a step of the time line is, such as `1h`."""


def add_up(people: Sequence[Person]) -> Tables:
    """Add these people up."""
    names = [one.name for one in fields(Person)]
    frame = pd.DataFrame.from_records(
        ([getattr(person, name) for name in names] for person in people),
        columns=names,
        nrows=len(people),
    )
    for name in _COUNTED:
        frame[name] = pd.to_datetime(frame[name], utc=True)
    counts = frame["stage"].value_counts()
    problems = _problems(frame)
    line, step = _time_line(frame)
    return Tables(
        {stage: int(counts.get(stage, 0)) for stage in STAGES},
        _statuses(frame),
        _batches(frame),
        problems,
        _needs(problems),
        line,
        step,
    )


def _statuses(frame: Any) -> dict[str, int]:
    counts = frame["status"].value_counts()
    order = [*(status_label(status) for status in MoveStatus), HELD_BACK]
    return {label: int(counts[label]) for label in order if label in counts.index}


def _batches(frame: Any) -> Any:
    named = frame.assign(batch=frame["batch"].where(frame["batch"] != "", NO_BATCH))
    named["in_time"] = (named["stage"] == MOVED) & (named["finished"] <= named["planned_end"])
    order = list(dict.fromkeys(named["batch"]))
    stages = pd.crosstab(named["batch"], named["stage"]).reindex(columns=STAGES, fill_value=0)
    grouped = named.groupby("batch", sort=False)
    table = pd.DataFrame(
        {
            "People": grouped.size(),
            **{stage: stages[stage] for stage in STAGES},
            "Planned begin": grouped["planned_begin"].min(),
            "First start": grouped["started"].min(),
            "Planned end": grouped["planned_end"].max(),
            "Last end": grouped["finished"].max(),
            "Moved in time": grouped["in_time"].sum(),
        }
    )
    return table.reindex(sorted(order, key=lambda name: name == NO_BATCH))


def _problems(frame: Any) -> Any:
    found = frame[frame["problem"] != ""]
    grouped = found.groupby(["problem", "what_to_do", "who"], sort=False)
    lines = grouped.agg(
        People=("source_upn", "size"),
        Whom=("source_upn", list),
        Rows=("row", list),
        Code=("error_code", "first"),
    ).reset_index()
    return lines.sort_values(["People", "problem"], ascending=[False, True])


def _needs(problems: Any) -> Any:
    grouped = problems.groupby("who", sort=False)
    lines = grouped.agg(
        People=("People", "sum"), Causes=("problem", "nunique"), Most=("problem", "first")
    ).reset_index()
    return lines.sort_values("People", ascending=False)


def _time_line(frame: Any) -> tuple[Any, str]:
    moments = {
        "Planned to begin": frame["planned_begin"],
        "Begun": frame["started"],
        "Planned to end": frame["planned_end"],
        "Moved": frame.loc[frame["stage"] == MOVED, "finished"],
    }
    there = {name: times.dropna() for name, times in moments.items()}
    there = {name: times for name, times in there.items() if len(times) or name in _ALWAYS}
    step = _step_for(there.values())
    counts = {name: times.dt.floor(step).value_counts() for name, times in there.items()}
    line = pd.DataFrame(counts).fillna(0).astype(int).sort_index()
    if len(line):
        whole = pd.date_range(line.index[0], line.index[-1], freq=step, tz=UTC)
        line = line.reindex(line.index.union(whole), fill_value=0)
    for name in there:
        line[f"{name} in all"] = line[name].cumsum()
    return line, step


_ALWAYS = ("Begun", "Moved")


def _step_for(times: Any) -> str:
    """The shortest step with which the time line stays readable."""
    ends = [end for one in times if len(one) for end in (one.min(), one.max())]
    span = max(ends) - min(ends) if ends else pd.Timedelta(0)
    return next((step for step in _STEPS if span / pd.Timedelta(step) < _MOST_STEPS), _STEPS[-1])


def moment(value: Any) -> datetime | None:
    """A time of these tables as a plain one, in UTC; None where there is none."""
    return None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()
