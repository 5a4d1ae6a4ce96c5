"""The sentences on the latest start, after which the service cancels what has not begun."""

NAME = "Latest start"
NONE = "None"
AT = "At a set time, else cancelled"
MODE = "Until when a move may begin"
TIME = "Latest start, local time"
TIP = (
    "If a move has not begun by then, the service cancels it. It is no end: what has begun goes on"
    " until it is done."
)
NOTE = "What has not begun by the latest start is cancelled by the service; what has begun goes on."
CONFIRM = (
    "Latest start: {local} ({utc}). What has not begun by then is cancelled by the service; what"
    " has begun goes on until it is done."
)
"""{local} and {utc}: the time."""
DETAIL = "Latest start, else cancelled"
