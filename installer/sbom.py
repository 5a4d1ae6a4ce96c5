"""The bill of materials: what is inside, in the words of CycloneDX 1.5, made from the lock."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from installer import version
from installer.licences import licence_of
from installer.lock import Locked

_OURS = uuid.UUID("0c1d3bb4-3f5f-4d0a-a3f3-2d9f6a5f4b10")
_SELF = "tenant-ferry"


def write_sbom(
    target: Path, packages: Iterable[Locked], system: str, runtime: str, lib: Path
) -> None:
    """Write the bill for one system; `lib` has the packages' metadata, `runtime` is Python's.

    The same packages at the same commit give the same bytes. The hashes are those of the lock.
    """
    listed = list(packages)
    licences = _licences(lib)
    python = {
        "type": "framework",
        "bom-ref": "python",
        "name": "CPython",
        "version": runtime,
        "licenses": [{"license": {"id": "PSF-2.0"}}],
        "cpe": f"cpe:2.3:a:python:python:{runtime}:*:*:*:*:*:*:*",
    }
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_OURS, f'{system} {version.VERSION}')}",
        "version": 1,
        "metadata": {
            "timestamp": version.utc(version.epoch()),
            "component": {
                "type": "application",
                "bom-ref": _SELF,
                "name": version.NAME,
                "version": version.VERSION,
                "description": version.DESCRIPTION,
                "publisher": version.PUBLISHER,
                "licenses": [{"license": {"id": "MIT"}}],
            },
            "properties": [{"name": "packed for", "value": system}],
        },
        "components": [python, *(_component(one, licences) for one in listed)],
        "dependencies": _dependencies(listed),
    }
    target.write_text(json.dumps(bill, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")


def _component(one: Locked, licences: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": one.name,
        "name": one.name,
        "version": one.version,
        "purl": f"pkg:pypi/{one.name}@{one.version}",
        "properties": [{"name": "locked hash", "value": each} for each in one.hashes],
    }
    if one.name in licences:
        found["licenses"] = [{"license": {"name": licences[one.name]}}]
    return found


def _dependencies(listed: list[Locked]) -> list[dict[str, Any]]:
    names = {one.name for one in listed}
    graph: dict[str, list[str]] = {_SELF: ["python"], "python": []} | {name: [] for name in names}
    for one in listed:
        for wanting in one.wanted_by:
            if wanting in graph:
                graph[wanting].append(one.name)
    return [{"ref": name, "dependsOn": sorted(graph[name])} for name in sorted(graph)]


def _licences(lib: Path) -> dict[str, str]:
    found = {}
    for path in sorted(lib.glob("*.dist-info/METADATA")):
        about = HeaderParser().parsestr(path.read_text("utf-8"))
        name = str(about["Name"]).lower().replace("_", "-").replace(".", "-")
        found[name] = licence_of(
            about["License-Expression"], about["License"], about.get_all("Classifier")
        )
    return found
