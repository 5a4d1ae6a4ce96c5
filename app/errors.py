"""The errors that the program expects, each with what happened and what to do."""

from __future__ import annotations


class AppError(Exception):
    """An expected error: shown to the admin at the place of work, never as a traceback.

    `code` is stable; `title` says what happened in a few words, `detail` says where and why (with
    the service's own words verbatim, never a token), `remedy` says what to do.
    """

    def __init__(self, code: str, title: str, detail: str = "", remedy: str = "") -> None:
        super().__init__(f"{code}: {title}" + (f" ({detail})" if detail else ""))
        self.code = code
        self.title = title
        self.detail = detail
        self.remedy = remedy


class WorkbookError(AppError):
    """The workbook cannot be read, or not be written as it is; nothing was changed."""


class WorkbookBusy(WorkbookError):
    """The workbook is open elsewhere or changed under us: wait and try again, nothing is lost."""


class JournalError(AppError):
    """The journal cannot be opened: newer, damaged, or held by another run."""


class ServiceError(AppError):
    """The service refused a call or could not be reached.

    `status` is the HTTP status, 0 when no answer came. `request_id` is for Microsoft's support.
    """

    def __init__(
        self,
        code: str,
        title: str,
        detail: str = "",
        remedy: str = "",
        *,
        status: int = 0,
        request_id: str = "",
    ) -> None:
        super().__init__(code, title, detail, remedy)
        self.status = status
        self.request_id = request_id

    @property
    def is_transient(self) -> bool:
        """The same call may succeed later without anybody doing anything."""
        return False


class Throttled(ServiceError):
    """The service asks for fewer calls (429 or 503); `retry_after` is in seconds."""

    retry_after: float = 5.0

    @property
    def is_transient(self) -> bool:
        return True


class SignInRequired(ServiceError):
    """The token was refused (401): the run pauses until the admin signs in again."""


class Unreachable(ServiceError):
    """No usable answer came; when the call was a submission, it may or may not have arrived."""

    @property
    def is_transient(self) -> bool:
        return True


class Refused(ServiceError):
    """The service said a definite no (4xx or 501): the call had no effect."""


class PlanError(AppError):
    """A window or batch that cannot be: the admin must choose again."""
