"""What the window remembers between two runs: recent workbooks, its size, the time zone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from app.releases import Release

RECENT_LIMIT = 8


class Kept:
    """A thin layer over Qt's settings, which the composition root hands in."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def recent(self) -> list[Path]:
        value = self._settings.value("recent", [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [Path(str(name)) for name in names if name]

    def add_recent(self, path: Path) -> list[Path]:
        """The newest first, each once."""
        paths = [path, *(other for other in self.recent() if other != path)][:RECENT_LIMIT]
        self._settings.setValue("recent", [str(one) for one in paths])
        return paths

    def drop_recent(self, path: Path) -> list[Path]:
        """A workbook that could not be opened is offered no longer."""
        paths = [other for other in self.recent() if other != path]
        self._settings.setValue("recent", [str(one) for one in paths])
        return paths

    @property
    def zone(self) -> str:
        return str(self._settings.value("zone", ""))

    @zone.setter
    def zone(self, name: str) -> None:
        self._settings.setValue("zone", name)

    @property
    def appearance(self) -> str:
        """`system`, `light` or `dark`."""
        name = str(self._settings.value("appearance", ""))
        return name if name in {"light", "dark"} else "system"

    @appearance.setter
    def appearance(self, name: str) -> None:
        self._settings.setValue("appearance", name)

    @property
    def looks_for_versions(self) -> bool:
        """Newer versions of the program are looked for; off unless it was switched on."""
        return str(self._settings.value("versions/look", "")).casefold() == "true"

    @looks_for_versions.setter
    def looks_for_versions(self, wished: bool) -> None:
        self._settings.setValue("versions/look", "true" if wished else "false")

    @property
    def looked_for_versions_utc(self) -> datetime | None:
        """When a look was answered last."""
        try:
            kept = datetime.fromisoformat(str(self._settings.value("versions/looked", "")))
        except ValueError:
            return None
        return kept if kept.tzinfo is not None else None

    @looked_for_versions_utc.setter
    def looked_for_versions_utc(self, at: datetime) -> None:
        self._settings.setValue("versions/looked", at.isoformat())

    @property
    def newest(self) -> Release | None:
        """The release that the last look found."""
        version = str(self._settings.value("versions/newest", ""))
        page = str(self._settings.value("versions/page", ""))
        return Release(version, page) if version and page.startswith("https://") else None

    @newest.setter
    def newest(self, release: Release) -> None:
        self._settings.setValue("versions/newest", release.version)
        self._settings.setValue("versions/page", release.page)

    @property
    def skipped_version(self) -> str:
        """The version of which the admin wants to hear no more."""
        return str(self._settings.value("versions/skipped", ""))

    @skipped_version.setter
    def skipped_version(self, version: str) -> None:
        self._settings.setValue("versions/skipped", version)

    def state(self, name: str) -> QByteArray | None:
        """The geometry of a window, a header or a splitter."""
        value = self._settings.value(f"state/{name}")
        return value if isinstance(value, QByteArray) else None

    def keep_state(self, name: str, state: QByteArray) -> None:
        self._settings.setValue(f"state/{name}", state)
