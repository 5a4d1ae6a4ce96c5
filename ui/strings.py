"""Every sentence of the window, in one place; findings and statuses have theirs in `app.texts`."""

from __future__ import annotations

APP_NAME = "Tenant Ferry"


def count(number: int, one: str, many: str) -> str:
    """`number` with the right form of its noun; both forms hold one `{}`."""
    return (one if number == 1 else many).format(f"{number:,}")


def people(number: int) -> str:
    return count(number, "{} person", "{} people")


def moves(number: int) -> str:
    return count(number, "{} move", "{} moves")


def rows(number: int) -> str:
    return count(number, "{} row", "{} rows")


def batches(number: int) -> str:
    return count(number, "{} batch", "{} batches")


# Menus and actions
MENU_FILE = "&File"
MENU_MOVES = "&Moves"
MENU_VIEW = "&View"
MENU_HELP = "&Help"
OPEN = "&Open workbook…"
OPEN_SHORT = "Open…"
OPEN_TITLE = "Open the mapping workbook"
OPEN_FILTER = (
    "Workbooks and lists (*.xlsx *.xlsm *.xlsb *.xls *.ods *.csv *.tsv *.txt);;All files (*)"
)
REREAD = "&Read the workbook again"
CHOOSE_COLUMNS = "&Choose sheet and columns…"
REREAD_SHORT = "Read again"
RECENT = "Recent workbooks"
RECENT_NONE = "No recent workbooks"
QUIT = "&Quit"
FIND = "&Find"
NEXT_PROBLEM = "&Next problem"
PREVIOUS_PROBLEM = "&Previous problem"
COPY_ROWS = "&Copy rows"
DETAILS = "&Details"
APPEARANCE = "A&ppearance"
APPEARANCE_SYSTEM = "As the &system"
APPEARANCE_LIGHT = "&Light"
APPEARANCE_DARK = "&Dark"
FIT_COLUMNS = "Fit the colu&mns"
KEYS = "&Keyboard"
ABOUT = "&About Tenant Ferry"
START_ACTION = "&Start moves…"
CANCEL_ACTION = "&Cancel moves…"
PAUSE = "Pause"
RESUME = "Resume"
PAUSE_TIP = "Send no further moves. Moves that the service already has go on."
RESUME_TIP = "Go on sending moves."
CLEAR_SELECTION = "Clear selection"

KEYS_TEXT = (
    "Ctrl+O — open a workbook\n"
    "F5 — read the workbook again\n"
    "Ctrl+F — find; Esc clears it\n"
    "F8, Shift+F8 — next and previous problem\n"
    "Ctrl+C — copy the selected rows\n"
    "F6 — what must be true before a start\n"
    "F7 — run the pre-flight\n"
    "Ctrl+R — rehearse\n"
    "Ctrl+Return — start moves\n"
    "Shift+F5 — ask the service now\n"
    "Ctrl+P — pause or resume sending\n"
    "Alt+1 to Alt+7 — filters\n"
    "F9 — show or hide the details"
)
ABOUT_TEXT = (
    "Tenant Ferry moves OneDrives between Microsoft 365 tenants from your own Excel workbook.\n\n"
    "It never deletes anything at the service. A move that has begun cannot be undone."
)
KEYS_TITLE = "Keyboard"
ABOUT_TITLE = "About Tenant Ferry"

# Header
NO_BOOK = "No workbook open"
BOOK_LINE = "Sheet “{sheet}”  ·  {people}  ·  {source} → {target}"
READING = "Reading {name}…"
LAYING_OUT = "Laying out {name}: {done} of {all} rows"
CONNECTING = "Connecting…"
NOT_CONNECTED = "Not connected"
TENANTS = "{source} → {target}"
BANNER_BETA = (
    "Microsoft calls this interface beta: it may change or fail. Moves here are real and cannot be "
    "undone."
)
BANNER_REAL = "These are real tenants. A move cannot be undone."

# Empty state
EMPTY_TITLE = "Drop your mapping workbook here"
EMPTY_TEXT = (
    "An Excel sheet with one row per person: the account in the old tenant and the account in the "
    "new one. The status of every move is written back into it, and nothing else is touched."
)
EMPTY_SAMPLE = "Try it with practice people"
EMPTY_SAMPLE_TIP = "Opens a sample workbook and connects the practice tenants: no account needed."
EMPTY_RECENT = "Recent workbooks"
EMPTY_BUSY = "Reading the workbook…"

# Notices
DISMISS = "Dismiss"
BESIDE_TITLE = "The status goes to a workbook beside yours"
RUN_OFFLINE_TITLE = "The service cannot be reached. Moves it already has go on; trying again."
RUN_SIGN_IN_TITLE = "Sign in again to go on. Moves that the service already has go on."

# Table
COLUMN_ROW = "Row"
COLUMN_SOURCE = "Source"
COLUMN_TARGET = "Target"
COLUMN_BATCH = "Batch"
COLUMN_CHECK = "Check"
COLUMN_STATUS = "Status"
COLUMN_REMEDY = "What to do"
COLUMN_BEGIN = "Begin"
COLUMN_UPDATED = "Updated"
# Measured for the widths of the columns, never shown; the dashes leave room for an icon.
WIDE_STATUS = "Waiting to be sent"
TABLE_NAME = "Mappings: one row per person"
LEVEL_PASS = "PASS"
LEVEL_WARN = "WARN"
LEVEL_BLOCK = "BLOCK"
LEVEL_UNKNOWN = "UNKNOWN"
HELD_BACK = "Held back"
CANCEL_WISHED = "{status}, cancel asked"
NO_ROWS_MATCH = "No row matches this filter and search."

# Filters
FILTER_ALL = "All"
FILTER_READY = "Ready"
FILTER_ATTENTION = "Needs attention"
FILTER_BLOCKED = "Blocked"
FILTER_RUNNING = "Running"
FILTER_DONE = "Done"
FILTER_FAILED = "Failed"
FILTER_TIPS = {
    FILTER_ALL: "Every row of the workbook",
    FILTER_READY: "Rows that can be started now",
    FILTER_ATTENTION: "Rows with a warning or an unclear status; they may also be ready",
    FILTER_BLOCKED: "Rows with a finding that must be put right first",
    FILTER_RUNNING: "Moves that are planned, sent or on their way",
    FILTER_DONE: "Moves that succeeded",
    FILTER_FAILED: "Moves that failed or were stopped",
}
FILTER_TEXT = "{label}  {number}"
FILTER_ACCESSIBLE = "{label}, {number} rows"
SEARCH_PLACEHOLDER = "Search rows   Ctrl+F"
SEARCH_NAME = "Search the rows"
SEARCH_TIP = (
    'Words are found anywhere in a row. source:anna, target:…, batch:"Wave 1", code:… and row:… '
    "narrow it."
)

# Selection
SELECTED = "{} selected"
SELECTED_HIDDEN = "{selected} selected, {hidden} hidden"

# Details
DETAILS_NAME = "Details of the selected row"
OVERVIEW_TITLE = "What the checks found"
OVERVIEW_HINT = "Select a row to see its details. Click a finding to see the rows it concerns."
OVERVIEW_READY = ("{} row can be started.", "{} rows can be started.")
OVERVIEW_BLOCKED = (
    "{} row must be put right first.",
    "{} rows must be put right first.",
)
OVERVIEW_CLEAN = "The checks found nothing to put right."
OVERVIEW_LIST = "On the whole list"
OVERVIEW_COUNT = "{title}: {rows}"
ROW_LINE = "Row {row}"
ROW_LINE_BOTH = "Row {row}  ·  {batch} in the workbook  ·  moved in {planned}"
ROW_LINE_BATCH = "Row {row}  ·  {batch}"
SECTION_FINDINGS = "Findings"
SECTION_TIMES = "Times"
SECTION_ERROR = "What went wrong"
NO_FINDINGS = "The checks found nothing wrong with this row."
SERVICE_SAYS = "The service says: {state}"
SERVICE_STAGE = "Stage: {stage}"
DERIVED = "Concluded by the program; the service has not said it."
CANCEL_WISHED_LONG = "A cancel was asked for; the status stays until the service confirms."
SERVICE_WORDS = "The service’s own words"
REMEDY_LINE = "What to do: {text}"
IN_CELL = "In cell {cell}"
ACCEPT = "Accept correction"
ACCEPT_NAME = "Accept the correction of cell {cell}"
ACCEPT_ALL = "Accept all safe corrections ({})"
ACCEPT_ALL_TITLE = ("Accept {} correction?", "Accept {} corrections?")
ACCEPT_ALL_TEXT = (
    "Blanks and hidden characters are taken away and quotes straightened. The move is sent with "
    "the corrected name; the cells of your workbook stay as they are."
)
BEFORE = "Now"
AFTER = "Corrected"
TIME_BEGIN = "Begin"
TIME_END = "Preferred end"
TIME_STARTED = "Started"
TIME_UPDATED = "Last news"
TIME_FINISHED = "Finished"
MOVE_ID = "Move id"
COMMAND = "Command"
RETRY = "Make ready again"
RETRY_TIP = "The move can then be started once more; the service allows it."
COPY = "Copy"
COPY_WORDS_NAME = "Copy the service’s own words"

# Plan bar
PLAN_NAME = "Plan of the next start"
PLAN_WHO = "Move"
PLAN_WHO_ALL = "All ready rows ({})"
PLAN_WHO_SELECTED = "Selected rows ({})"
PLAN_WHO_COLUMN = "By the column “{}”"
PLAN_WHO_COLUMN_NONE = "By a Batch column (the workbook has none)"
PLAN_BATCH_ALL = "Every batch ({})"
PLAN_BATCH_ONE = "{name} ({number})"
PLAN_BATCH_NAME = "Batch of the workbook"
PLAN_BATCHES = "Batches"
PLAN_SIZE_OF = "of"
PLAN_SIZE = "People in a batch"
PLAN_SIZE_TIP = "Moves that start together; the service queues 4,000 at most."
PLAN_VOLUME_OF = "and at most"
PLAN_VOLUME = "Gigabytes in a batch"
PLAN_VOLUME_TIP = "As far as the workbook says how large the OneDrives are."
PLAN_VOLUME_ANY = "any size"
PLAN_VOLUME_UNIT = " GB"
PLAN_PILOT_OF = "pilot first"
PLAN_PILOT = "People in a pilot batch"
PLAN_PILOT_TIP = (
    "So many people go first, as a batch of their own: they show whether all is prepared before "
    "the others depend on it."
)
PLAN_PILOT_NONE = "none"
PLAN_SHARE_OF = "next at"
PLAN_SHARE = "Share of a batch that must have ended before the next one follows"
PLAN_SHARE_TIP = (
    "The next batch follows when so much of the one before it has ended. The program must be "
    "running for that."
)
PLAN_SHARE_UNIT = " %"
PLAN_CHAIN = "Keep the program open: a batch follows the one before only while it runs."
PLAN_HELD = "Once they are sent, the service holds them until then: the program may be closed."
PLAN_BEGIN = "Begin"
PLAN_BEGIN_NOW = "As soon as possible"
PLAN_BEGIN_AT = "At a set time"
PLAN_BEGIN_TIME = "Begin, local time"
PLAN_BEGIN_MODE = "When to begin"
PLAN_END = "Preferred end"
PLAN_END_NONE = "None"
PLAN_END_AT = "At a set time"
PLAN_END_TIME = "Preferred end, local time"
PLAN_END_MODE = "When to end"
PLAN_END_NOTE = "This service takes no end: it is kept as a note of the plan."
PLAN_ZONE = "Time zone"
PLAN_FOLD_NAME = "Which of the two hours"
PLAN_FOLD_ASK = "This hour comes twice: choose"
PLAN_FOLD_FIRST = "The first"
PLAN_FOLD_SECOND = "The second"
PLAN_UTC = "= {utc}"
PLAN_NOTHING = "No row of this choice can be started now."
PLAN_NO_BATCH = "Ready rows without a batch, left out: {}."
PLAN_SKIPPED = "Selected rows that cannot be started, left out: {}."
START = "Start moves…"
START_N = "Start {}…"
STARTING = "Starting…"
CANCEL = "Cancel…"
CANCEL_N = "Cancel {}…"
CANCEL_TIP = "Moves that the service is already working on cannot be cancelled."
CANCEL_NONE_TIP = "No move can be cancelled now. A selection limits it to the selected rows."
START_NO_SERVICE_TIP = (
    "Nothing is connected yet: connect the tenants, or rehearse without an account."
)
START_NO_ROWS_TIP = "No row of this choice can be started."

# Confirmation
CONFIRM_START_TITLE = "Start {}?"
CONFIRM_START_TEXT = "A move cannot be undone."
CONFIRM_PRACTICE = "This is a rehearsal: no real OneDrive moves."
CONFIRM_FROM_TO = "From {source} to {target}"
CONFIRM_BATCHES = "{moves} in {batches}"
CONFIRM_BEGIN_NOW = "Begin: as soon as possible"
CONFIRM_BEGIN = "Begin: {local}  =  {utc}"
CONFIRM_END = "Preferred end: {local}  =  {utc}"
CONFIRM_CHAIN = (
    "Each batch follows when {percent} % of the one before it have ended. For that, keep the "
    "program open."
)
CONFIRM_PILOT = "The first batch is a pilot of {}."
CONFIRM_PAUSED = "Sending was paused: it goes on, also for moves that were planned before."
CONFIRM_WARN = "{} with a warning"
CONFIRM_LEFT_OUT = "Left out: {}"
CONFIRM_HIDDEN = "{} of them are hidden by the filter"
CONFIRM_START_YES = "Start {}"
CONFIRM_CANCEL_TITLE = "Cancel {}?"
CONFIRM_CANCEL_TEXT = (
    "The service cancels a move only while it waits. A move that has begun goes on to its end."
)
CONFIRM_CANCEL_YES = "Cancel {}"
CONFIRM_BACK = "Go back"
CLOSE_TITLE = "{} not sent yet"
CLOSE_TEXT = (
    "They are kept, and sent when you open this workbook again. Moves that the service already "
    "has go on while the program is closed."
)
CLOSE_YES = "Close"
CLOSE_STAY = "Stay open"

# Progress
PROGRESS_NAME = "Progress of the moves"
PROGRESS_NONE = "No moves yet"
PROGRESS_TEXT = "{done} of {all} finished"
TOTAL_TEXT = "{status} {number}"
RUN_IDLE = "Nothing running"
RUN_RUNNING = "Moves are running"
RUN_PAUSED = "Paused"
RUN_OFFLINE = "Offline, trying again"
RUN_SIGN_IN = "Sign-in needed"
RUN_DONE = "All moves finished"

# Footer
SAVED = "Status written to the workbook {time}"
SAVED_BESIDE = "Status written to {name} {time}"
SAVED_TIP = "{rows} in {path}"
SAVED_BACKUP_TIP = "Backup of the workbook before the first write: {path}"
WAITING_EXCEL = "The workbook is open in Excel: the status is safe in the journal, trying again"
WAITING_OTHER = "{title}: the status is safe in the journal, trying again"
NOT_SAVED_YET = "Nothing written to the workbook yet"
ROWS_SHOWN = "{shown} of {all} rows"

# Columns dialog
COLUMNS_TITLE = "Which columns hold the mapping?"
COLUMNS_TEXT = (
    "“{name}” does not say for sure which account moves to which. Choose once; nothing is guessed."
)
COLUMNS_SHEET = "Sheet"
COLUMNS_SOURCE = "Source account (old tenant)"
COLUMNS_TARGET = "Target account (new tenant)"
COLUMNS_BATCH = "Batch (optional)"
COLUMNS_CHOOSE = "Choose a column"
COLUMNS_NONE = "None"
COLUMNS_PREVIEW = "First values of the sheet"
COLUMNS_VALUES = "e.g. {}"
COLUMNS_EMPTY = "no values"
COLUMNS_SAME = "Source and target must be two different columns."
COLUMNS_MISSING = "Choose the source and the target column."
COLUMNS_USE = "Use these columns"

# Trouble
CRASH_TITLE = "Something went wrong in the program"
CRASH_TEXT = (
    "This is a fault of the program, not of yours. Moves at the service go on, and the journal "
    "keeps everything. The details are in the log."
)
ARGUMENTS = "Moves OneDrives between Microsoft 365 tenants from your own Excel workbook."
ARGUMENT_BOOK = "the mapping workbook to open"
ARGUMENT_PRACTICE = "connect the practice tenants at once"
ARGUMENT_STATE = "the folder for the journal, instead of the one of this user"
LINE_LOG = "The log: {path}"
