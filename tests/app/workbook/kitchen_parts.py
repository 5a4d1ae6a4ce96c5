"""Parts of the kitchen-sink workbook that the program never opens, each as small as it can be."""

from __future__ import annotations

from producers import png

DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
X15 = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MS = "http://schemas.microsoft.com/office"
_THREADS = f"{_MS}/spreadsheetml/2018/threadedcomments"
_ANA = "{11111111-1111-4111-8111-111111111111}"
_NOTE = "{22222222-2222-4222-8222-222222222222}"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def relations(*found: tuple[str, str, str]) -> str:
    """A relations part: id, type (its last words alone for the usual ones), target."""
    made = ""
    for id_, kind, target in found:
        address = kind if ":" in kind else f"{DOC}/{kind}"
        mode = ' TargetMode="External"' if "://" in target else ""
        made += f'<Relationship Id="{id_}" Type="{address}" Target="{target}"{mode}/>'
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{made}</Relationships>'


def _anchor(row: int, inside: str) -> str:
    return (
        f"<xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}"
        "</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>2</xdr:col><xdr:colOff>0"
        f"</xdr:colOff><xdr:row>{row + 5}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>{inside}"
        "<xdr:clientData/></xdr:twoCellAnchor>"
    )


def _frame(id_: int, name: str, uri: str, inside: str) -> str:
    return (
        f'<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="{id_}" name="{name}"/>'
        "<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x='0' y='0'/>"
        f"<a:ext cx='0' cy='0'/></xdr:xfrm><a:graphic><a:graphicData uri=\"{uri}\">{inside}"
        "</a:graphicData></a:graphic></xdr:graphicFrame>"
    )


_PICTURE = (
    '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="3" name="Picture 1" descr="a dot"/><xdr:cNvPicPr/>'
    '</xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId2"/><a:stretch><a:fillRect/></a:stretch>'
    '</xdr:blipFill><xdr:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>'
)
_SLICER_FRAME = (
    f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice xmlns:sle15="{_MS}/drawing/2012/slicer"'
    ' Requires="sle15">'
    + _frame(
        4,
        "Notes",
        f"{_MS}/drawing/2010/slicer",
        f'<sle:slicer xmlns:sle="{_MS}/drawing/2010/slicer" name="Notes"/>',
    )
    + "</mc:Choice><mc:Fallback/></mc:AlternateContent>"
)
_DRAWING = (
    f'{HEAD}<xdr:wsDr xmlns:xdr="{_XDR}" xmlns:a="{_A}" xmlns:r="{DOC}">'
    + _anchor(12, _frame(2, "Chart 1", _C, f'<c:chart xmlns:c="{_C}" r:id="rId1"/>'))
    + _anchor(20, _PICTURE)
    + _anchor(28, _SLICER_FRAME)
    + "</xdr:wsDr>"
)
_CHART = (
    f'{HEAD}<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}" xmlns:r="{DOC}"><c:chart><c:plotArea>'
    '<c:layout/><c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:ser>'
    '<c:idx val="0"/><c:order val="0"/><c:val><c:numRef><c:f>Mapping!$D$2:$D$7</c:f></c:numRef>'
    '</c:val></c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart><c:catAx><c:axId val="1"/>'
    '<c:scaling/><c:delete val="0"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx><c:valAx>'
    '<c:axId val="2"/><c:scaling/><c:delete val="0"/><c:axPos val="l"/><c:crossAx val="1"/>'
    "</c:valAx></c:plotArea></c:chart></c:chartSpace>"
)
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<v:shape id="_x0000_s1025" type="#_x0000_t202" style="visibility:hidden">'
    '<x:ClientData ObjectType="Note"><x:Row>1</x:Row><x:Column>2</x:Column></x:ClientData>'
    "</v:shape></xml>"
)
_COMMENTS = (
    f'{HEAD}<comments xmlns="{MAIN}"><authors><author>tc={_NOTE}</author></authors><commentList>'
    f'<comment ref="C2" authorId="0" shapeId="0"><text><t>[Threaded comment] Ask Bo</t></text>'
    "</comment></commentList></comments>"
)
_THREAD = (
    f'{HEAD}<ThreadedComments xmlns="{_THREADS}"><threadedComment ref="C2"'
    f' dT="2026-05-01T10:00:00.00" personId="{_ANA}" id="{_NOTE}"><text>Ask Bo</text>'
    "</threadedComment></ThreadedComments>"
)
_PERSONS = (
    f'{HEAD}<personList xmlns="{_THREADS}"><person displayName="Ana" id="{_ANA}" userId="ana"'
    ' providerId="None"/></personList>'
)
_PIVOT = (
    f'{HEAD}<pivotTableDefinition xmlns="{MAIN}" name="PivotTable1" cacheId="7" dataCaption="Data"'
    ' updatedVersion="6" minRefreshableVersion="3" createdVersion="6" outline="1">'
    '<location ref="A3:B5" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
    '<pivotFields count="2"><pivotField axis="axisRow" showAll="0"><items count="2"><item x="0"/>'
    '<item t="default"/></items></pivotField><pivotField dataField="1" showAll="0"/></pivotFields>'
    '<rowFields count="1"><field x="0"/></rowFields><rowItems count="2"><i><x/></i>'
    '<i t="grand"><x/></i></rowItems><colItems count="1"><i/></colItems><dataFields count="1">'
    '<dataField name="Sum of Size" fld="1" baseField="0" baseItem="0"/></dataFields>'
    '<pivotTableStyleInfo name="PivotStyleLight16" showRowHeaders="1" showColHeaders="1"/>'
    "</pivotTableDefinition>"
)
_CACHE = (
    f'{HEAD}<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{DOC}" r:id="rId1" refreshOnLoad="1"'
    ' refreshedBy="Ana" refreshedDate="46000" createdVersion="6" refreshedVersion="6"'
    ' minRefreshableVersion="3" recordCount="1"><cacheSource type="worksheet">'
    '<worksheetSource ref="C1:D7" sheet="Mapping"/></cacheSource><cacheFields count="2">'
    '<cacheField name="Notes" numFmtId="0"><sharedItems count="1"><s v="note 1"/></sharedItems>'
    '</cacheField><cacheField name="Size" numFmtId="0"><sharedItems containsSemiMixedTypes="0"'
    ' containsString="0" containsNumber="1" minValue="1" maxValue="6"/></cacheField></cacheFields>'
    "</pivotCacheDefinition>"
)
_RECORDS = (
    f'{HEAD}<pivotCacheRecords xmlns="{MAIN}" count="1"><r><x v="0"/><n v="1"/></r>'
    "</pivotCacheRecords>"
)
_SLICER = (
    f'{HEAD}<slicers xmlns="{X14}"><slicer name="Notes" cache="Slicer_Notes" caption="Notes"'
    ' rowHeight="241300"/></slicers>'
)
_SLICER_CACHE = (
    f'{HEAD}<slicerCacheDefinition xmlns="{X14}" xmlns:x="{MAIN}" name="Slicer_Notes"'
    f' sourceName="Notes"><extLst><x:ext xmlns:x15="{X15}"'
    ' uri="{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}">'
    '<x15:tableSlicerCache tableId="1" column="3"/></x:ext></extLst></slicerCacheDefinition>'
)
_TIMELINE = (
    f'{HEAD}<timelines xmlns="{X15}"><timeline name="Done on" cache="NativeTimeline_Done"'
    ' caption="Done on" level="2" selectionLevel="2"/></timelines>'
)
_TIMELINE_CACHE = (
    f'{HEAD}<timelineCacheDefinition xmlns="{X15}" name="NativeTimeline_Done" sourceName="Done on">'
    '<state minimalRefreshVersion="6" lastRefreshVersion="6" pivotCacheId="7"/>'
    "</timelineCacheDefinition>"
)
_LABEL = (
    f'{HEAD}<clbl:labelList xmlns:clbl="{_MS}/2020/mipLabelMetadata"><clbl:label'
    ' id="{33333333-3333-4333-8333-333333333333}" enabled="1" method="Privileged"'
    ' siteId="{44444444-4444-4444-8444-444444444444}" removed="0"/></clbl:labelList>'
)
_LINK = (
    f'{HEAD}<externalLink xmlns="{MAIN}" xmlns:r="{DOC}"><externalBook r:id="rId1"><sheetNames>'
    '<sheetName val="S"/></sheetNames></externalBook></externalLink>'
)
_CONNECTIONS = (
    f'{HEAD}<connections xmlns="{MAIN}"><connection id="1" name="Q" type="5" refreshedVersion="6">'
    '<dbPr connection="Provider=none" command="SELECT 1"/></connection></connections>'
)
_QUERY = (
    f'{HEAD}<queryTable xmlns="{MAIN}" name="Q" connectionId="1" autoFormatId="16">'
    '<queryTableRefresh nextId="2"><queryTableFields count="1">'
    '<queryTableField id="1" name="x" tableColumnId="1"/></queryTableFields></queryTableRefresh>'
    "</queryTable>"
)
_CHAIN = f'{HEAD}<calcChain xmlns="{MAIN}"><c r="E3" i="1" l="1"/><c r="E2"/></calcChain>'
_ACTIVE = (
    f'{HEAD}<ax:ocx xmlns:ax="{_MS}/2006/activeX" xmlns:r="{DOC}"'
    ' ax:classid="{D7053240-CE69-11CD-A777-00DD01143C57}" ax:persistence="persistStreamInit"'
    ' r:id="rId1"/>'
)
_CORE = (
    f'{HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Ana</dc:creator></cp:coreProperties>'
)
_THEME = f'{HEAD}<a:theme xmlns:a="{_A}" name="Office"><a:themeElements/></a:theme>'

PARTS: dict[str, str | bytes] = {
    "docProps/core.xml": _CORE,
    "docMetadata/LabelInfo.xml": _LABEL,
    "customXml/item1.xml": "<plan xmlns='urn:plan'><wave>1</wave></plan>",
    "customXml/_rels/item1.xml.rels": relations(("rId1", "customXmlProps", "itemProps1.xml")),
    "customXml/itemProps1.xml": "<ds:datastoreItem xmlns:ds='urn:ds' ds:itemID='{5}'/>",
    "xl/theme/theme1.xml": _THEME,
    "xl/drawings/drawing1.xml": _DRAWING,
    "xl/drawings/_rels/drawing1.xml.rels": relations(
        ("rId1", "chart", "../charts/chart1.xml"), ("rId2", "image", "../media/image1.png")
    ),
    "xl/charts/chart1.xml": _CHART,
    "xl/media/image1.png": png().getvalue(),
    "xl/drawings/vmlDrawing1.vml": _VML,
    "xl/comments1.xml": _COMMENTS,
    "xl/threadedComments/threadedComment1.xml": _THREAD,
    "xl/persons/person.xml": _PERSONS,
    "xl/pivotTables/pivotTable1.xml": _PIVOT,
    "xl/pivotTables/_rels/pivotTable1.xml.rels": relations(
        ("rId1", "pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")
    ),
    "xl/pivotCache/pivotCacheDefinition1.xml": _CACHE,
    "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": relations(
        ("rId1", "pivotCacheRecords", "pivotCacheRecords1.xml")
    ),
    "xl/pivotCache/pivotCacheRecords1.xml": _RECORDS,
    "xl/slicers/slicer1.xml": _SLICER,
    "xl/slicerCaches/slicerCache1.xml": _SLICER_CACHE,
    "xl/timelines/timeline1.xml": _TIMELINE,
    "xl/timelineCaches/timelineCache1.xml": _TIMELINE_CACHE,
    "xl/externalLinks/externalLink1.xml": _LINK,
    "xl/externalLinks/_rels/externalLink1.xml.rels": relations(
        ("rId1", "externalLinkPath", "file:///other.xlsx")
    ),
    "xl/connections.xml": _CONNECTIONS,
    "xl/queryTables/queryTable1.xml": _QUERY,
    "xl/calcChain.xml": _CHAIN,
    "xl/activeX/activeX1.xml": _ACTIVE,
    "xl/activeX/_rels/activeX1.xml.rels": relations(
        ("rId1", f"{_MS}/2006/relationships/activeXControlBinary", "activeX1.bin")
    ),
    "xl/activeX/activeX1.bin": bytes(range(64)),
    "xl/printerSettings/printerSettings1.bin": b"\\\\\0p\0r\0i\0n\0t\0" * 20,
    "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8,
}
