"""The sentences of reports, evidence, and what is left after the move."""

from __future__ import annotations

MENU = "&Reports"
REPORT_ACTION = "&Make a report…"
HELP_DESK_ACTION = "&List for the help desk…"
EVIDENCE_ACTION = "Make an &evidence pack…"
TIMER_ACTION = "Reports by &themselves…"
AFTER_ACTION = "&After the move…"

REPORT_TITLE = "Make a report"
HELP_DESK_TITLE = "List for the help desk"
REPORT_TEXT = (
    "A workbook for managers and engineers: how far, what needs whom, every person, the problems "
    "by what to do, and a time line. Your own workbook is not touched."
)
HELP_DESK_TEXT = (
    "Who moves when by the local clock, and what each person does afterwards. Ready for a mail "
    "merge: one table with plain headers."
)
FORM = "File"
WORKBOOK = "Excel workbook (.xlsx)"
LIST = "List for other tools (.csv)"
WHOM = "People"
EVERYBODY = "Everybody ({})"
SHOWN = "Only what is shown in the table now ({})"
ZONE = "Local times of"
CHOOSE_PLACE = "Choose the file…"
SAVE_TITLE = "Where should it be written?"
XLSX_FILTER = "Excel workbook (*.xlsx)"
CSV_FILTER = "Text with commas (*.csv)"
ZIP_FILTER = "Evidence pack (*.zip)"
STATUS_NAME = "{stem} status {time}"
HELP_DESK_NAME = "{stem} help desk {time}"
EVIDENCE_NAME = "{stem} evidence {time}"
BAD_ZONE = "There is no time zone of this name."
CHOICE_SHOWN = "the {} that the table showed"
CHOICE_FILTER = "filter “{}”"
CHOICE_SEARCH = "search “{}”"

MAKING = "Making {name}"
MAKING_TEXT = "Go on working; you are told when it is finished."
MADE = "{name} is finished"
MADE_PEOPLE = "{people} in {folder}"
MADE_IN = "In {folder}"
MADE_EVIDENCE = "Note the SHA-256 of its manifest elsewhere: {number}"
OPEN_FOLDER = "Open folder"
OPEN_FILE = "Open"
SHOW_STEPS = "Show the steps"

EVIDENCE_TITLE = "Make an evidence pack"
EVIDENCE_TEXT = (
    "One file with the workbook before and after, the journal with its chain, every act as "
    "PowerShell, and the report. Any byte that is changed later is found, by a check that needs "
    "only Python. With your organisation's key it is signed; without one, note the number that "
    "you are told."
)
SIGN = "&Sign it with a key of our organisation"
KEY = "Key (PEM, .p12 or .pfx)"
CERTIFICATE = "Certificate, when the key's file has none"
PASSWORD = "Password of the key"
CHOOSE = "Choose…"
KEY_TITLE = "Choose the key"
CERTIFICATE_TITLE = "Choose the certificate"
KEY_FILTER = "Keys (*.pem *.key *.p12 *.pfx);;All files (*)"
CERTIFICATE_FILTER = "Certificates (*.pem *.crt *.cer);;All files (*)"

TIMER_TITLE = "Reports by themselves"
TIMER_TEXT = (
    "As long as this workbook is open, the status report is written into this folder without being "
    "asked. Off when nothing is chosen."
)
FOLDER = "Folder"
FOLDER_TITLE = "Choose a folder for reports"
EVERY = "&Every"
MINUTES = " minutes, into one file that is kept up to date"
BATCH_END = "At the end of each &batch, into a file of its own"
KEEP = "Keep"
NEEDS_FOLDER = "Choose a folder first."

AFTER_TITLE = "After the move"
AFTER_TEXT = "What is left to do, in its order. The program does none of it: it keeps what you did."
LICENCES = "The source's licences end"
LICENCES_NAME = "Last day of the source's licences"
STATES = (("open", "To do"), ("done", "Done"), ("not needed", "Not needed"))
STATE_OF = "State of: {title}"
NOTE_PLACEHOLDER = "Note, such as who did it"
NOTE_OF = "Note on: {title}"
COPY_COMMAND = "Copy"
COPY_OF = "Copy the command of: {title}"
PLACES = {
    "source tenant": "On the source tenant",
    "target tenant": "On the target tenant",
    "each person's devices": "On each person's devices",
}
KEPT_AT = "Kept {time}"
CHECK_MOVED = "&Check the moved people"
CHECK_RUNNING = "Checked {done} of {all}…"
CHECK_NOBODY = "Nobody has moved yet."
CHECK_DONE = "{all} checked: {good} as they should be, {bad} not, {unknown} unknown."
CHECK_UNKNOWN = (
    "Unknown are those for whom the service may not be asked: reading a OneDrive with your own "
    "sign-in would make a new one. Look at some by hand:"
)
CHECK_LINE = "Row {row}, {upn}: {said}"
CHECK_MORE = "and {} more"
CLOSE = "Close"
