"""What of the packages goes along: what runs, and nothing that builds, tests or documents."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from installer.pe_imports import closure, imported

LEFT_OUT = frozenset({"pycparser"})
"""Wanted in the lock by cffi, which needs it only to build."""

_NOT_RUN = re.compile(
    r"\.(pyi|pyx|pxd|pxi|h|hpp|c|cpp|f|f90|lib|a|typed|exe)$"
    r"|/tests?/"
    r"|^bin/"
    r"|^numpy/(f2py|_core/include|_core/lib|distutils|doc)/"
    r"|\.dist-info/(?!METADATA$)"
    r"|\.dist-info/licenses/"
    r"|/__pycache__/"
    r"|^_?pyside6?_.*\.json$"
)

QT_PLUGINS = (
    "platforms/qwindows.dll",
    "platforms/qoffscreen.dll",
    "styles/qmodernwindowsstyle.dll",
    "iconengines/qsvgicon.dll",
    "imageformats/qico.dll",
    "imageformats/qsvg.dll",
)
"""Offscreen is for the self-test on a machine where nobody is signed in."""


def modules_of_qt(sources: Iterable[Path]) -> list[str]:
    """The modules of Qt that our own code imports, such as QtCore."""
    found = set()
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PySide6."):
                found.add(str(node.module).split(".")[1])
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
                found |= {name.split(".")[1] for name in names if name.startswith("PySide6.")}
    return sorted(found)


def trim_packages(lib: Path) -> None:
    """Take away what does not run."""
    for path in sorted(lib.rglob("*")):
        name = path.relative_to(lib).as_posix()
        if path.is_file() and _NOT_RUN.search(name):
            path.unlink()
    _drop_empty(lib)


def trim_qt(lib: Path, runtime: Path, modules: Iterable[str]) -> None:
    """Leave of Qt the modules that are used, the plug-ins above, and the libraries they need."""
    qt = lib / "PySide6"
    plugins = [qt / "plugins" / name for name in QT_PLUGINS]
    bindings = [qt / f"{name}.pyd" for name in modules]
    there = {path.name.lower(): path for path in (lib / "shiboken6").glob("*.dll")}
    there |= {path.name.lower(): path for path in qt.glob("*.dll")}
    there |= {path.name.lower(): path for path in runtime.glob("*.dll")}
    wanted = closure([*plugins, *bindings], there)
    kept = {*plugins, *bindings, *(there[name] for name in wanted)}
    for path in sorted(qt.rglob("*")):
        if path.is_file() and path not in kept and not _is_qt_python(path.relative_to(qt)):
            path.unlink()
    for path in [qt / name for name in ("vcruntime140.dll", "vcruntime140_1.dll")]:
        path.unlink(missing_ok=True)  # the runtime's own are loaded long before
    _drop_empty(lib)


def _is_qt_python(path: Path) -> bool:
    return path.suffix == ".py" and path.parts[0] not in ("scripts", "QtAsyncio", "qml", "doc")


def missing_libraries(tree: Path, of_windows: Iterable[str]) -> dict[str, list[str]]:
    """Libraries that a file of the tree needs and that neither the tree nor Windows has."""
    files = [path for end in ("*.exe", "*.dll", "*.pyd") for path in tree.rglob(end)]
    known = {path.name.lower() for path in files} | {name.lower() for name in of_windows}
    missing: dict[str, list[str]] = {}
    for path in sorted(files):
        for name in imported(path):
            if name not in known and not name.startswith("api-ms-win-"):
                missing.setdefault(name, []).append(path.name)
    return missing


def _drop_empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            shutil.rmtree(path)
