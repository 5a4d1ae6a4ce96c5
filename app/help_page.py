"""The page on the app registrations that the program carries: its text, pictures and manifests."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from app.errors import AppError

_PAGE = "app-registration.md"
_MANIFESTS = "app-registration/"
_PICTURES = "pictures/"


def registration_page() -> str:
    """The page in Markdown; it names pictures and files as the functions below take them."""
    return (_folder() / _PAGE).read_text("utf-8")


def picture(name: str) -> bytes | None:
    """A picture of the page, such as `pictures/app-registration.svg`; None when it is none."""
    return _read(name, _PICTURES)


def is_manifest(name: str) -> bool:
    """The link leads to a file that can be saved for the import."""
    return _read(name, _MANIFESTS) is not None


def save_manifest(name: str, place: Path) -> None:
    """Write a file of the page for the import, over one that is there.

    Raises AppError CANNOT_WRITE.
    """
    content = _read(name, _MANIFESTS)
    assert content is not None, name
    try:
        place.write_bytes(content)
    except OSError as error:
        raise AppError(
            "CANNOT_WRITE",
            "The file cannot be written",
            f"{place}: {error.strerror}",
            "Choose a folder that you may write to.",
        ) from error


def _folder() -> Traversable:
    return files("resources") / "help"


def _read(name: str, where: str) -> bytes | None:
    """What lies there under this name, and never anything above."""
    file = name.removeprefix(where)
    if file == name or "/" in file or "\\" in file or file.startswith("."):
        return None
    found = _folder() / where.rstrip("/") / file
    return found.read_bytes() if found.is_file() else None
