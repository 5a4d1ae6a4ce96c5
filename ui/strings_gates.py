"""The sentences of the page of the gates, and of the one of the identity map."""

from __future__ import annotations

GATES_ACTION = "&Before you start…"
GATES_TITLE = "Before you start"
GATES_LIST = "The gates before a start"
GATES_COLUMNS = ("Gate", "How it stands", "Read")
GATES_OPEN = "Nothing holds the start back."
GATES_HELD = ("{} gate holds the start back.", "{} gates hold the start back.")
GATES_READING = "Asking both tenants…"
GATES_REFUSED = "Nothing was started."
GATES_NOT_YET = "The gates were not looked at yet."
GATES_NO_PLAN = "The plan at the bottom of the window cannot be as it is; correct it first."
NOT_BINDING = "In a rehearsal this does not hold the start back."
COMMANDS = "Commands for the SharePoint Online Management Shell"
COPY = "&Copy the commands"
COPIED = "Copied."
CONFIRM_ANSWER = "What the shell printed:"
CONFIRM_WORDS = "What you saw, and where:"
CONFIRM_DO = "&Record what I saw"
OVERRIDE_WORDS = "Why you go on in spite of it:"
OVERRIDE_DO = "&Pass over with this reason"
RECORDED = "It is recorded with your name and the time, in the journal's chain."
READ_AGAIN = "Read &again"
REREAD_BOOK = "Read the &workbook again"
UPLOAD_MAP = "&Upload the identity map…"
RUN_PREFLIGHT = "Run the pre-&flight"
START = "&Start…"
CLOSE = "Close"

MAP_ACTION = "&Identity map…"
MAP_TITLE = "Identity map"
MAP_LIST = "What an upload would do"
MAP_COLUMNS = ("", "Source", "Target", "Type", "In the target's map")
MAP_WORDS = {
    "add": "Add",
    "change": "Change",
    "same": "Same",
    "remove": "Left over",
    "unknown": "Not known",
}
MAP_FINDING = "Note"
MAP_LEFT_OUT = "Left out"
MAP_NOT_READ = "{} entries from the workbook; not compared with the target yet."
MAP_IS_GOOD = "All {} entries are in the target as the workbook wants them."
MAP_DIFFERS = "{add} to add, {change} to change, {same} the same, {unknown} not known."
MAP_REMOVE_LINE = "{} from an earlier upload are no longer in the workbook."
MAP_OUT_LINE = "{} rows are left out because something is wrong with them."
MAP_AGE = "Compared {}."
MAP_BUSY = "{what} {done} of {total}"
MAP_BEFORE_START = "Before the start the identity map is compared: {done} of {total} people"
MAP_READING = "Comparing with the target:"
MAP_UPLOADING = "Uploading and reading back:"
MAP_COMPARE = "&Compare"
MAP_UPLOAD = "&Upload…"
MAP_EXPORT = "&Export for the shell…"
MAP_REMOVE = "Also &remove what is left over from earlier uploads"
MAP_UPLOAD_ASK = "Upload the identity map?"
MAP_UPLOAD_TEXT = (
    "{add} entries are added and {change} changed in the target tenant; {remove} are removed."
    " Nothing else in its map is touched. Afterwards the program reads everything back, which may"
    " take half a minute. It is recorded in the journal."
)
MAP_UPLOAD_YES = "Upload"
MAP_BACK = "Back"
MAP_FILE = "identity map.csv"
MAP_FILE_FILTER = "Identity map (*.csv)"
MAP_EXPORTED = "The identity map is written"
MAP_EXPORTED_TEXT = (
    "{entries} entries are in {path}. {left_out} rows are left out.\n\nOn the target tenant run:\n"
    "{command}\n\nThis replaces the whole map of the target, whoever made it. Close the file first,"
    " and compare again afterwards: wrong rows are dropped in silence."
)
MAP_EXPORTED_GUESTS = (
    "\n\n{} of them are guests. Microsoft does not say whether the map wants a guest's #EXT# name,"
    " as it is here, or the mail address: try one first."
)


def held(number: int) -> str:
    """How many gates hold the start back."""
    return GATES_HELD[number != 1].format(number) if number else GATES_OPEN


# A batch that is to follow

RUN_HELD = "A batch is held back by a gate"
CHAIN_LOOK = "Look at the gates"
