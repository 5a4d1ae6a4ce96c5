"""The parts of a workbook's package, found by their relations and read with care for their size."""

from __future__ import annotations

import posixpath
import urllib.parse
import zipfile

from app.errors import WorkbookError
from app.workbook.xml_bytes import elements


def relations(package: zipfile.ZipFile, part: str) -> list[dict[str, str]]:
    """The relations of a part: Id, Type, Target (as a part name)."""
    folder, name = posixpath.split(part)
    found = existing(package, posixpath.join(folder, "_rels", f"{name}.rels"))
    if found is None:
        return []
    said = []
    for element, relation in elements(found, package.read(found)):
        if element != "Relationship":
            continue
        if relation.get("TargetMode") != "External":
            target = relation.get("Target", "").replace("\\", "/")
            relation["Target"] = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip(
                "/"
            )
        said.append(relation)
    return said


def related(package: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    """The names of the parts that a part relates to in this way, such as "styles".

    Only the last word of the type counts: Strict Open XML names the same types by other addresses.
    """
    return [
        name
        for relation in relations(package, part)
        if relation.get("Type", "").rsplit("/", 1)[-1] == kind
        if relation.get("TargetMode") != "External"
        if (name := existing(package, relation.get("Target", ""))) is not None
    ]


def workbook_part_name(package: zipfile.ZipFile) -> str:
    """The main part of the package. Raises WorkbookError when there is none."""
    found = related(package, "", "officeDocument")
    if not found:
        raise WorkbookError(
            "NOT_A_WORKBOOK",
            "The file is no workbook",
            "The package has no workbook part.",
            "Open it in Excel and save it as an Excel workbook (.xlsx).",
        )
    return found[0]


def sheets(package: zipfile.ZipFile) -> list[tuple[str, str | None]]:
    """Each sheet's name and its part, in the order of the workbook."""
    workbook = workbook_part_name(package)
    targets = {one.get("Id"): one.get("Target", "") for one in relations(package, workbook)}
    return [
        (said.get("name", ""), existing(package, targets.get(said.get("id"), "")))
        for element, said in elements(workbook, package.read(workbook))
        if element == "sheet"
    ]


def sheet_part_name(package: zipfile.ZipFile, sheet: str) -> str | None:
    """The part that holds the sheet of this name."""
    return next((part for name, part in sheets(package) if name == sheet), None)


def existing(package: zipfile.ZipFile, name: str) -> str | None:
    """The part of this name as the package spells it.

    Part names are compared without regard to case (ECMA-376 part 2, "Part name equivalence").
    """
    for wanted in (name, urllib.parse.unquote(name)):
        if wanted in package.NameToInfo:
            return wanted
        folded = wanted.casefold()
        for one in package.namelist():
            if one.casefold() == folded:
                return one
    return None
