"""Opens the project of a workbook that a command names, by the options that commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from app.cli_tenants import cloud_of
from app.events import Event
from app.project import Project


def add_book_arguments(parser: argparse.ArgumentParser) -> None:
    """The workbook, and how to read it."""
    parser.add_argument("book", type=Path, metavar="BOOK", help="the mapping workbook")
    add_reading_options(parser)


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Where the list stands in a workbook, if that is not to be recognised."""
    parser.add_argument("--sheet", default="", metavar="S")
    parser.add_argument("--source-column", default="", metavar="C")
    parser.add_argument("--target-column", default="", metavar="C")


def make_project(options: argparse.Namespace, post: Callable[[Event], None]) -> Project:
    """A project with nothing in it yet; its events go to `post`."""
    return Project(
        post,
        options.state_dir,
        speed=getattr(options, "speed", None),
        scenario=options.scenario,
        cloud=cloud_of(options),
    )


def open_book(options: argparse.Namespace, project: Project) -> None:
    """Begin to read the workbook; answered by BookOpened, or by what is wrong with it."""
    project.open(
        options.book,
        sheet=options.sheet,
        source_column=options.source_column,
        target_column=options.target_column,
    )
