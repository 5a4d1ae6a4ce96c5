"""The sentences of what can be done with moves."""

from __future__ import annotations

PAUSE_ACTION = "&Pause sending"
RESUME_ACTION = "&Resume sending"
CANCEL_BATCH = "Cancel a &batch"
BATCH_ENTRY = "{name} ({number})…"
NO_BATCH_WAITS = "No batch waits"
RETRY_ACTION = "&Make failed moves ready again…"
ASK_NOW = "&Ask the service now"
CANCEL_ROWS = "Cancel {}…"
RETRY_ROWS = "Make {} ready again…"
RETRY_NONE = "Make ready again…"
ONLY_BATCH = "Show only “{name}”"
CONFIRM_CANCEL_BATCH = "Cancel {moves} of “{batch}”?"
CONFIRM_RETRY_TITLE = "Make {} ready again?"
CONFIRM_RETRY_TEXT = (
    "This starts nothing yet. Put right what went wrong first, then start them as any other row. "
    "Before each start the service is asked whether it has a move of this person."
)
CONFIRM_RETRY_YES = "Make {} ready"
NOTHING_TITLE = "There is nothing to make ready again"
NOTHING_TEXT = (
    "Only moves that failed or were stopped can be started again, where the service allows it and "
    "the row has nothing to put right."
)
HINT_OPEN = "{} not sent yet: keep the program open."
HINT_CLOSE = "The service has all moves: the program may be closed, they go on."
ASKED = "Service asked {time}"
ASKED_TIP = "Shift+F5 asks the service now."
