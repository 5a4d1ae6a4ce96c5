"""The rules for `ui`, each a function from a module to the places that break it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rules import Source, calls, name

_SHOWS = frozenset(
    {
        "addAction",
        "addButton",
        "addItem",
        "addItems",
        "addMenu",
        "addRow",
        "addTab",
        "critical",
        "drawText",
        "getOpenFileName",
        "getSaveFileName",
        "heading",
        "information",
        "label",
        "question",
        "setAccessibleDescription",
        "setAccessibleName",
        "setDetailedText",
        "setHeaderLabels",
        "setInformativeText",
        "setLabelText",
        "setPlaceholderText",
        "setPrefix",
        "setSpecialValueText",
        "setStatusTip",
        "setSuffix",
        "setText",
        "setTitle",
        "setToolTip",
        "setWhatsThis",
        "setWindowTitle",
        "showMessage",
        "tell",
        "warning",
        "QAction",
        "QCheckBox",
        "QGroupBox",
        "QLabel",
        "QMenu",
        "QPushButton",
        "QRadioButton",
    }
)
_SENTENCE = re.compile(r"[A-Za-z]{2}\S*\s+\w|\{\w*\}\s*[A-Za-z]{2}")
_TIME_FORMAT = re.compile(r"[yMdHms:. -]+")
_NOT_IN_UI = {
    "QThread": "the threads are the program's, in app",
    "QThreadPool": "the threads are the program's, in app",
    "QRunnable": "the threads are the program's, in app",
    "QSortFilterProxyModel": "too slow from Python for 100,000 rows",
    "ResizeToContents": "looks at every row",
    "resizeRowsToContents": "looks at every row",
    "resizeColumnsToContents": "looks at every row",
    "processEvents": "lets things happen in the middle of others",
    "setStyleSheet": "colours come from the palette, so that dark and high contrast hold",
    "singleShot": "a timer has a parent, and ends with it",
}
_WAITS = {
    "exec": "a loop inside the loop: open() a dialog and connect to its answer",
    "exec_": "a loop inside the loop: open() a dialog and connect to its answer",
    "instance": "only the composition root asks for the application",
}
_STATIC_DIALOGS = frozenset({"QColorDialog", "QFileDialog", "QInputDialog", "QMessageBox"})


def shows_a_literal(source: Source) -> Iterator[str]:
    """Every sentence of the window is in `ui/strings.py` or its subject's `ui/strings_*.py`."""
    if _is_for_sentences(source):
        return
    for call in calls(source):
        if name(call.func) not in _SHOWS or _is_of_the_log(call):
            continue
        for argument in [*call.args, *(word.value for word in call.keywords)]:
            for text in _shown(argument):
                if re.search(r"[A-Za-z]{2}", text):
                    yield source.at(call.lineno, f"shows {text!r}")


def holds_a_sentence(source: Source) -> Iterator[str]:
    """Words in a row are for people, wherever they go, and belong into `ui/strings.py`."""
    if _is_for_sentences(source):
        return
    silent = set()
    for node in source.nodes:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_docstring or (isinstance(node, ast.Call) and _is_of_the_log(node)):
            silent |= {id(part) for part in ast.walk(node)}
    for node in source.nodes:
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if id(node) in silent or _TIME_FORMAT.fullmatch(node.value):
            continue
        if _SENTENCE.search(node.value):
            yield source.at(node.lineno, f"holds {node.value!r}")


def _is_for_sentences(source: Source) -> bool:
    return re.fullmatch(r"ui/strings(_[a-z]+)*\.py", source.path) is not None


def _shown(node: ast.AST) -> Iterator[str]:
    """The literals that become the value of the expression; not keys, not conditions."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _shown(node.body)
        yield from _shown(node.orelse)
    elif isinstance(node, ast.BinOp):
        yield from _shown(node.left)
        yield from _shown(node.right)
    elif isinstance(node, ast.BoolOp | ast.JoinedStr | ast.List | ast.Tuple):
        parts = node.elts if isinstance(node, ast.List | ast.Tuple) else node.values
        for part in parts:
            yield from _shown(part)
    elif isinstance(node, ast.Call) and name(node.func) in ("format", "join", "upper", "lower"):
        yield from _shown(node.func.value) if isinstance(node.func, ast.Attribute) else ()


def _is_of_the_log(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and (
        name(call.func.value).lstrip("_").lower() in ("log", "logger")
    )


def not_in_ui(source: Source) -> Iterator[str]:
    """Some of Qt's ways do not fit this program."""
    for node in source.nodes:
        if isinstance(node, ast.Name | ast.Attribute):
            names = [name(node)]
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
        else:
            continue
        for one in names:
            if one in _NOT_IN_UI:
                yield source.at(node.lineno, f"{one}: {_NOT_IN_UI[one]}")


def nested_loop(source: Source) -> Iterator[str]:
    """Only `ui.main`, which has nothing else running yet, waits inside Qt."""
    if source.path == "ui/main.py":
        return
    for call in calls(source):
        if not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr in _WAITS:
            yield source.at(call.lineno, f"{call.func.attr}: {_WAITS[call.func.attr]}")
        elif name(call.func.value) in _STATIC_DIALOGS:
            yield source.at(call.lineno, f"{ast.unparse(call.func)}: {_WAITS['exec']}")


def converting_signal(source: Source) -> Iterator[str]:
    """A signal carries `object`, `str` or `bool`: Qt copies a dict and cuts an int to 32 bits."""
    for call in calls(source):
        if name(call.func) == "Signal":
            for argument in call.args:
                if name(argument) not in ("object", "str", "bool"):
                    yield source.at(call.lineno, ast.unparse(call))


def timer_without_parent(source: Source) -> Iterator[str]:
    """A timer ends with the widget that it is for."""
    for call in calls(source):
        if name(call.func) == "QTimer" and not call.args:
            yield source.at(call.lineno, "a timer without a parent")
