"""The native charts of the report: people by stage, people in each batch, and the time line."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, DoughnutChart, LineChart, Reference
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from app.report import MOVED, STAGES, UNDER_WAY
from app.report_book_cells import COLOURS, NUMBER
from app.report_tables import Tables

TIME_LINE = "Time line"
_SOLID: Any = "solid"
_DASHED: Any = "dash"
_LINES = {
    "Planned to begin in all": ("9AA3AF", _DASHED),
    "Begun in all": (COLOURS[UNDER_WAY], _SOLID),
    "Planned to end in all": ("C9B458", _DASHED),
    "Moved in all": (COLOURS[MOVED], _SOLID),
}
_LABELS = 8
"""So many times are written below the time line."""


def stage_chart(sheet: Any, label_row: int) -> Any:
    """People by stage; the labels are in columns B to G of `label_row`, the numbers below."""
    chart: Any = DoughnutChart()
    chart.holeSize = 58
    chart.title = None
    chart.height, chart.width = 8.2, 11
    last = 1 + len(STAGES)
    chart.add_data(Reference(sheet, min_col=2, max_col=last, min_row=label_row + 1), from_rows=True)
    chart.set_categories(Reference(sheet, min_col=2, max_col=last, min_row=label_row))
    points = []
    for number, stage in enumerate(STAGES):
        point = DataPoint(idx=number)
        point.graphicalProperties.solidFill = COLOURS[stage]
        point.graphicalProperties.line.solidFill = "FFFFFF"
        points.append(point)
    chart.series[0].data_points = points
    chart.legend.position = "r"
    return chart


def batch_chart(sheet: Any, first: int, last: int) -> Any:
    """People in each batch by stage: the header is in row `first`, batches below to `last`."""
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap = "bar", "stacked", 100
    chart.title = "People in each batch"
    chart.gapWidth = 40
    chart.height, chart.width = 4.5 + 0.6 * (last - first), 28
    chart.add_data(
        Reference(sheet, min_col=2, max_col=1 + len(STAGES), min_row=first, max_row=last),
        titles_from_data=True,
    )
    chart.set_categories(Reference(sheet, min_col=1, min_row=first + 1, max_row=last))
    for series, stage in zip(chart.series, STAGES, strict=True):
        series.graphicalProperties.solidFill = COLOURS[stage]
    _show_axes(chart)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.legend.position = "b"
    return chart


def time_line_chart(tables: Tables, zone: str) -> Any:
    """What was planned, begun and moved in all; the numbers are on the sheet `TIME_LINE`."""
    chart: Any = LineChart()
    chart.title = "Planned against actual"
    chart.height, chart.width = 8.2, 22
    columns = list(tables.time_line.columns)
    last = 1 + len(tables.time_line)
    first_column = 2 if zone == "UTC" else 3
    for place, name in enumerate(columns):
        if name not in _LINES:
            continue
        letter = get_column_letter(first_column + place)
        chart.add_data(
            Reference(range_string=f"'{TIME_LINE}'!${letter}$1:${letter}${last}"),
            titles_from_data=True,
        )
        colour, dash = _LINES[name]
        series = chart.series[-1]
        series.smooth = False
        series.graphicalProperties.line = LineProperties(w=22_000, solidFill=colour, prstDash=dash)
    chart.set_categories(Reference(range_string=f"'{TIME_LINE}'!$A$2:$A${last}"))
    _show_axes(chart)
    chart.x_axis.number_format = "d mmm hh:mm"
    chart.x_axis.tickLblSkip = chart.x_axis.tickMarkSkip = max(last // _LABELS, 1)
    chart.legend.position = "b"
    return chart


def _show_axes(chart: Any) -> None:
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format = NUMBER
    chart.y_axis.scaling.min = 0
    grid = LineProperties(w=6_000, solidFill="E3E6EA")
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=grid)
