"""The sentences of rehearsals: the dialog, the banner, the practice clock."""

from __future__ import annotations

REHEARSE_ACTION = "&Rehearse…"
REHEARSE = "Rehearse…"
REHEARSE_TIP = "Try the whole job on a copy of this workbook. No account is needed."
TITLE = "Rehearse with your own workbook"
TEXT = (
    "The program makes a copy of “{name}” and practice tenants with its people in them, on this "
    "computer. Your workbook stays as it is, and nothing reaches Microsoft 365."
)
CHANGE_TITLE = "Change the rehearsal"
CHANGE_TEXT = (
    "From now on the practice tenants play what you choose here. Moves that have ended stay as "
    "they are."
)
WHAT = "What should happen?"
WHAT_NAME = "What should happen in the rehearsal"
SPEED = "How fast?"
SPEED_NAME = "How fast the practice clock runs"
SPEEDS = (
    (1.0, "As in life: an hour takes an hour"),
    (60.0, "An hour takes a minute"),
    (240.0, "An hour takes 15 seconds"),
    (3600.0, "A day takes 24 seconds"),
)
SPEED_OTHER = "{speed:g} times as fast as in life"
START_TOO = "Start the ready moves at once"
START_N_TOO = "Start the {number} ready moves at once"
NOTHING_READY = "No row can be started: nothing will move until rows are put right."
GO = "Start the rehearsal"
CHANGE_GO = "Change"
ANEW = "From the beginning"
ANEW_TIP = "Makes a fresh copy of the workbook and fresh practice tenants."
NO_SCENARIO = "Nothing goes wrong"
BANNER = "Rehearsal — nothing here reaches Microsoft 365, and no real OneDrive moves."
BANNER_PLAYS = "{title}  ·  practice clock {time}, {pace}"
PACE_REAL = "as fast as in life"
PACE = "{speed:,g} times as fast"
CHANGE = "Change…"
BACK = "End the rehearsal"
BACK_TIP = "Goes back to {name}. The copy and its result are kept: {path}"
WINDOW_TITLE = "Rehearsal: {name}"
COPYING = "Copying {name} for the rehearsal…"
