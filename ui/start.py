"""Where the installed program begins: the window, the self-test, or a child process of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app.paths import RUN_MODULE, run_child

SELF_TEST = "--self-test"


def main(arguments: Sequence[str] | None = None) -> int:
    """Begin as these words say; returns the exit code.

    A child process, which starts for each read and write of the workbook, loads nothing of Qt.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [RUN_MODULE]:
        run_child(given[1:])
    if given[:1] == [SELF_TEST]:
        from ui import self_test_screen

        return self_test_screen.main(given[1:])
    from ui.main import main as show_window

    return show_window(given)


if __name__ == "__main__":
    sys.exit(main())
