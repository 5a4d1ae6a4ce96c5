"""Run by the packed program's own Python: turns every module below a folder into its byte code."""

from __future__ import annotations

import os
import py_compile
import sys


def _is_read_as_text(here: str, name: str) -> bool:
    """Scripts among the resources are handed to the user as they are."""
    return os.path.basename(here) == "resources" and name != "__init__.py"  # noqa: PTH119 - as below


def main(folder: str) -> int:
    """Put `x.pyc` in the place of every `x.py`; the same modules give the same bytes.

    Only the standard library: nothing else is there. The names that a traceback shows begin at the
    folder, so that they do not tell where it was built.
    """
    count = 0
    for here, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if not name.endswith(".py") or _is_read_as_text(here, name):
                continue
            source = os.path.join(here, name)  # noqa: PTH118 - a Windows path under another system
            shown = os.path.relpath(source, folder).replace("/", "\\")
            py_compile.compile(
                source,
                cfile=source + "c",
                dfile=shown,
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
            os.unlink(source)  # noqa: PTH108 - as above
            count += 1
    print(f"{count} modules")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
