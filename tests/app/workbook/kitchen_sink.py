"""A macro workbook put together by hand that has everything at once, in several spellings.

It has a pivot table with its cache, a chart, a picture, threaded comments, a slicer, a timeline, a
macro project, a sensitivity label, an ActiveX control, a query, an external link and more.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from kitchen_parts import DOC, HEAD, MAIN, MC, PARTS, X14, X15, XM, relations
from wave_book import PEOPLE

_STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    DOC: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
_MS = "http://schemas.microsoft.com/office"
_SPOKEN = ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/tables/table1.xml")
"""Parts that the program reads; each variant spells them and the sheets in its own way."""
_SHEET = "xl/worksheets/sheet1.xml"
_HEADERS = ("SourceUPN", "TargetUPN", "Notes", "Size", "Twice")


def _shared() -> str:
    texts = [*_HEADERS, *(upn for pair in PEOPLE for upn in pair)]
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    rich = (
        '<si><r><rPr><b/><sz val="11"/></rPr><t xml:space="preserve">bold &amp; </t></r>'
        '<r><t>plain</t></r><rPh sb="0" eb="1"><t>ぼるど</t></rPh><phoneticPr fontId="0"/></si>'
    )
    return f'{HEAD}<sst xmlns="{MAIN}" count="20" uniqueCount="18">{items}{rich}</sst>'


def _rows() -> str:
    head = "".join(f'<c r="{"ABCDE"[n]}1" s="1" t="s"><v>{n}</v></c>' for n in range(5))
    rows = [f'<row r="1" spans="1:5" ht="20" customHeight="1" x14ac:dyDescent="0.25">{head}</row>']
    rich = len(_HEADERS) + 2 * len(PEOPLE)
    for n in range(len(PEOPLE)):
        r, first = n + 2, len(_HEADERS) + 2 * n
        note = f'<c r="C{r}" t="s"><v>{rich}</v></c>' if n % 2 else f'<c r="C{r}" s="2"/>'
        hidden = ' hidden="1"' if n == 3 else ""
        rows.append(
            f'<row r="{r}" spans="1:5"{hidden} x14ac:dyDescent="0.25">'
            f'<c r="A{r}" t="s"><v>{first}</v></c><c r="B{r}" t="s"><v>{first + 1}</v></c>{note}'
            f'<c r="D{r}" s="2"><v>{n}.5</v></c><c r="E{r}" cm="1"><f>D{r}*2</f><v>{2 * n + 1}</v>'
            "</c></row>"
        )
    error = '<c r="A9" t="e"><v>#N/A</v></c><c r="B9" t="b"><v>1</v></c>'
    rows.append(f'<row r="9" spans="1:5" x14ac:dyDescent="0.25">{error}</row>')
    return "".join(rows)


def _sheet() -> str:
    ext = (
        f'<extLst><ext uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}" xmlns:x14="{X14}">'
        '<x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="'
        f'{XM}"><x14:cfRule type="dataBar" id="{{6}}"><x14:dataBar><x14:cfvo type="autoMin"/>'
        '<x14:cfvo type="autoMax"/></x14:dataBar></x14:cfRule><xm:sqref>D2:D7</xm:sqref>'
        "</x14:conditionalFormatting></x14:conditionalFormattings></ext>"
        f'<ext uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}" xmlns:x15="{X15}"><x14:slicerList'
        f' xmlns:x14="{X14}"><x14:slicer r:id="rId8"/></x14:slicerList></ext></extLst>'
    )
    control = (
        f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="x14"><controls>'
        '<mc:AlternateContent><mc:Choice Requires="x14"><control shapeId="1026" r:id="rId7"'
        ' name="TextBox1"/></mc:Choice></mc:AlternateContent></controls></mc:Choice>'
        "</mc:AlternateContent>"
    )
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{DOC}" xmlns:mc="{MC}" mc:Ignorable="x14ac xr"'
        f' xmlns:x14ac="{_MS}/spreadsheetml/2009/9/ac" xmlns:x14="{X14}"'
        f' xmlns:xr="{_MS}/spreadsheetml/2014/revision" xr:uid="{{7}}">'
        '<sheetPr codeName="Sheet1"><tabColor rgb="FF00B050"/></sheetPr><dimension ref="A1:E9"/>'
        '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1"'
        ' topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        '<sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/><cols><col min="1" max="2"'
        ' width="30.7" customWidth="1"/><col min="3" max="16384" width="9.1" style="2"/></cols>'
        f"<sheetData>{_rows()}</sheetData>"
        '<conditionalFormatting sqref="D2:D7"><cfRule type="dataBar" priority="1"><dataBar>'
        '<cfvo type="min"/><cfvo type="max"/><color rgb="FF638EC6"/></dataBar></cfRule>'
        '</conditionalFormatting><dataValidations count="1"><dataValidation type="list"'
        ' allowBlank="1" sqref="C2:C7" xr:uid="{8}"><formula1>"yes,no"</formula1>'
        '</dataValidation></dataValidations><pageMargins left="0.7" right="0.7" top="0.75"'
        ' bottom="0.75" header="0.3" footer="0.3"/><pageSetup orientation="portrait" r:id="rId1"/>'
        '<headerFooter><oddHeader>&amp;LPlan</oddHeader></headerFooter><drawing r:id="rId2"/>'
        f'<legacyDrawing r:id="rId3"/>{control}<tableParts count="1"><tablePart r:id="rId6"/>'
        f"</tableParts>{ext}</worksheet>"
    )


def _pivot_sheet() -> str:
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><dimension ref="A3:B5"/><sheetData><row r="3">'
        '<c r="A3"><v>1</v></c><c r="B3"><f>SUM(Mapping!D:D)</f><v>18</v></c></row></sheetData>'
        "</worksheet>"
    )


def _workbook() -> str:
    return (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{DOC}"><fileVersion appName="xl"/>'
        '<workbookPr codeName="ThisWorkbook" defaultThemeVersion="166925"/><bookViews>'
        '<workbookView activeTab="0"/></bookViews><sheets><sheet name="Mapping" sheetId="1"'
        ' r:id="rId1"/><sheet name="Pivot" sheetId="4" r:id="rId2"/></sheets><externalReferences>'
        '<externalReference r:id="rId9"/></externalReferences><definedNames>'
        '<definedName name="Slicer_Notes">#N/A</definedName><definedName name="Sizes">'
        'Mapping!$D$2:$D$7</definedName></definedNames><calcPr calcId="191029"/><pivotCaches>'
        '<pivotCache cacheId="7" r:id="rId10"/></pivotCaches><extLst>'
        f'<ext uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}" xmlns:x15="{X15}">'
        f'<x15:slicerCaches xmlns:x14="{X14}"><x14:slicerCache r:id="rId11"/></x15:slicerCaches>'
        "</ext></extLst></workbook>"
    )


_STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164"'
    ' formatCode="0.00 &quot;GB&quot;"/></numFmts><fonts count="2"><font><sz val="11"/>'
    '<name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/>'
    '<top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0"'
    ' fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"'
    ' fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0"'
    ' borderId="0" xfId="0" applyFont="1"><alignment wrapText="1"/></xf><xf numFmtId="164"'
    ' fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    '<dxfs count="1"><dxf><font><b/></font></dxf></dxfs></styleSheet>'
)
_TABLE = (
    f'{HEAD}<table xmlns="{MAIN}" id="1" name="People" displayName="People" ref="A1:E7"'
    ' totalsRowShown="0"><autoFilter ref="A1:E7"><filterColumn colId="3"><filters>'
    '<filter val="1.5"/></filters></filterColumn></autoFilter><tableColumns count="5">'
    + "".join(f'<tableColumn id="{n}" name="{h}"/>' for n, h in enumerate(_HEADERS, 1))
    + '</tableColumns><tableStyleInfo name="TableStyleMedium2" showRowStripes="1"/></table>'
)
_KINDS = {
    _SHEET: "worksheet",
    "xl/worksheets/sheet2.xml": "worksheet",
    "xl/styles.xml": "styles",
    "xl/sharedStrings.xml": "sharedStrings",
    "xl/tables/table1.xml": "table",
    "xl/theme/theme1.xml": "theme",
    "xl/comments1.xml": "comments",
    "xl/pivotTables/pivotTable1.xml": "pivotTable",
    "xl/pivotCache/pivotCacheDefinition1.xml": "pivotCacheDefinition",
    "xl/pivotCache/pivotCacheRecords1.xml": "pivotCacheRecords",
    "xl/externalLinks/externalLink1.xml": "externalLink",
    "xl/connections.xml": "connections",
    "xl/queryTables/queryTable1.xml": "queryTable",
    "xl/calcChain.xml": "calcChain",
}


def _types() -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    said = {name: f"{kind}{word}+xml" for name, word in _KINDS.items() if word != "theme"}
    said["xl/workbook.xml"] = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    said["xl/vbaProject.bin"] = "application/vnd.ms-office.vbaProject"
    said["xl/slicers/slicer1.xml"] = "application/vnd.ms-excel.slicer+xml"
    said["xl/persons/person.xml"] = "application/vnd.ms-excel.person+xml"
    drawing = "application/vnd.openxmlformats-officedocument.drawing"
    said["xl/drawings/drawing1.xml"] = f"{drawing}+xml"
    said["xl/charts/chart1.xml"] = f"{drawing}ml.chart+xml"
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{word}"/>' for name, word in said.items()
    )
    defaults = "".join(
        f'<Default Extension="{end}" ContentType="{word}"/>'
        for end, word in (
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("png", "image/png"),
            ("bin", f"{kind}printerSettings"),
            ("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing"),
        )
    )
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    return f'{HEAD}<Types xmlns="{types}">{defaults}{overrides}</Types>'


def parts() -> dict[str, str | bytes]:
    """Every part of the workbook, in the order of the package."""
    return {
        "[Content_Types].xml": _types(),
        "_rels/.rels": relations(
            ("rId1", "officeDocument", "xl/workbook.xml"),
            (
                "rId4",
                f"{_MS}/2020/02/relationships/classificationlabels",
                "docMetadata/LabelInfo.xml",
            ),
        ),
        "xl/workbook.xml": _workbook(),
        "xl/_rels/workbook.xml.rels": relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "worksheet", "worksheets/sheet2.xml"),
            ("rId3", "theme", "theme/theme1.xml"),
            ("rId4", "styles", "/xl/styles.xml"),
            ("rId5", "sharedStrings", "sharedStrings.xml"),
            ("rId6", "calcChain", "calcChain.xml"),
            ("rId7", f"{_MS}/2006/relationships/vbaProject", "vbaProject.bin"),
            ("rId8", f"{_MS}/2017/10/relationships/person", "persons/person.xml"),
            ("rId9", "externalLink", "externalLinks/externalLink1.xml"),
            ("rId10", "pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
            ("rId11", f"{_MS}/2007/relationships/slicerCache", "slicerCaches/slicerCache1.xml"),
            ("rId12", "connections", "connections.xml"),
            ("rId13", "customXml", "../customXml/item1.xml"),
        ),
        _SHEET: _sheet(),
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            ("rId1", "printerSettings", "../printerSettings/printerSettings1.bin"),
            ("rId2", "drawing", "../drawings/drawing1.xml"),
            ("rId3", "vmlDrawing", "../drawings/vmlDrawing1.vml"),
            ("rId4", "comments", "../comments1.xml"),
            (
                "rId5",
                f"{_MS}/2017/10/relationships/threadedComment",
                "../threadedComments/threadedComment1.xml",
            ),
            ("rId6", "table", "../tables/table1.xml"),
            ("rId7", "control", "../activeX/activeX1.xml"),
            ("rId8", f"{_MS}/2007/relationships/slicer", "../slicers/slicer1.xml"),
        ),
        "xl/worksheets/sheet2.xml": _pivot_sheet(),
        "xl/worksheets/_rels/sheet2.xml.rels": relations(
            ("rId1", "pivotTable", "../pivotTables/pivotTable1.xml"),
            ("rId2", f"{_MS}/2011/relationships/timeline", "../timelines/timeline1.xml"),
            ("rId3", "queryTable", "../queryTables/queryTable1.xml"),
        ),
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": _shared(),
        "xl/tables/table1.xml": _TABLE,
        **PARTS,
    }


# Spellings of the parts


def _prefixed(xml: str) -> str:
    return re.sub(r"<(/?)([A-Za-z]\w*)(?=[\s/>])", r"<\1x:\2", xml).replace(
        f' xmlns="{MAIN}"', f' xmlns:x="{MAIN}"'
    )


def _indented(xml: str) -> str:
    return re.sub(r">(?=<(?!/t>|/v>))", ">\r\n  ", xml.replace("?>\n", "?>"))


def _single_quoted(xml: str) -> str:
    return re.sub(r"<[^<>]*>", lambda tag: re.sub(r"""="([^"']*)\"""", r" = '\1'", tag[0]), xml)


def _commented(xml: str) -> str:
    note = "<!-- <row r='1'><c r='F1'/></row> ]]> -->"
    xml = xml.replace("</row>", f"</row>{note}").replace("</c><c ", f"</c>{note}<c ")
    return xml.replace("<sheetData>", f"{note}<sheetData>{note}").replace(
        "<cellXfs", f"{note}<cellXfs"
    )


SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda xml: xml,
    "prefixed": _prefixed,
    "indented": _indented,
    "single_quoted": _single_quoted,
    "commented": _commented,
}


def kitchen_sink(
    path: Path, *, spelling: str = "plain", form: str = "deflated", strict: bool = False
) -> Path:
    """The workbook; `spelling` is one of `SPELLINGS`, `form` of `zip_forms.FORMS`."""
    made = parts()
    for name, part in made.items():
        if not isinstance(part, str):
            continue
        if name in _SPOKEN or name.startswith("xl/worksheets/sheet"):
            part = SPELLINGS[spelling](part)
        if strict:
            for transitional, address in _STRICT.items():
                part = part.replace(transitional, address)
        made[name] = part
    write_package(path, made, form)
    return path


# Forms of the package


class _Pipe(io.RawIOBase):
    """What cannot be sought in: zipfile then writes the sizes behind the data (bit 3)."""

    def __init__(self) -> None:
        self.written = io.BytesIO()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # all that zipfile gives
        return self.written.write(data)


def write_package(path: Path, made: Mapping[str, str | bytes], form: str) -> None:
    """`form`: "deflated", "stored", "streamed" or "adorned" (extra fields, comments, a preface)."""
    pipe = _Pipe()
    target = pipe if form == "streamed" else pipe.written
    with zipfile.ZipFile(target, "w") as package:
        for name, part in made.items():
            info = zipfile.ZipInfo(name, (2026, 2, 3, 4, 5, 6))
            info.compress_type = zipfile.ZIP_STORED if form == "stored" else zipfile.ZIP_DEFLATED
            if form == "adorned":
                info.extra = struct.pack("<2HL", 0xCAFE, 4, 7) + struct.pack("<2H", 0xBEEF, 0)
                info.comment = f"about {name}".encode()
                info.external_attr = 0o600 << 16
                info.create_system = 3
            package.writestr(info, part)
        if form == "adorned":
            package.comment = b"made by hand"
    path.write_bytes(pipe.written.getvalue())
