# SPDX-License-Identifier: Apache-2.0
"""A result as HTML: a fragment for notebooks, and a page that needs nothing beside itself.

Texts are escaped; pictures are the analysis' own SVG, which is made here and escapes its texts. Nothing is fetched and
no script runs.
"""

from collections.abc import Callable
from html import escape

from taktloom.app.analyses.cells import heading, row_texts
from taktloom.app.analyses.records import AnalysisOutput, OutputTable
from taktloom.model.errors import LimitExceededError

ROWS_SHOWN = 50
_STYLE = (
    "body{font:14px sans-serif;margin:24px;color:#0f172a}table{border-collapse:collapse;margin:8px 0 20px}"
    "td,th{border:1px solid #cbd5e1;padding:3px 8px;text-align:left}th{background:#f1f5f9}svg{max-width:100%}"
)


def result_fragment(output: AnalysisOutput, *, rows: int = ROWS_SHOWN) -> str:
    """Notes, pictures and tables; of each table the first *rows*."""
    parts = [f"<p>{escape(note)}</p>" for note in output.notes]
    parts += [_picture(make) for name, make in output.files.items() if name.endswith(".svg")]
    parts += [_table(table, rows) for table in output.tables]
    return f"<div>{''.join(parts)}</div>"


def result_page(title: str, output: AnalysisOutput) -> bytes:
    """The whole result as one HTML document in UTF-8."""
    every = max((len(table.rows) for table in output.tables), default=0)
    body = result_fragment(output, rows=every)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    ).encode()


def _picture(make: Callable[[], bytes]) -> str:
    """The drawing, or why there is none: the tables are worth showing without it."""
    try:
        return make().decode("utf-8")
    except LimitExceededError as error:
        return f"<p>{escape(error.cause)} {escape(error.remedy)}</p>"


def _table(table: OutputTable, rows: int) -> str:
    head = "".join(f"<th>{escape(heading(name))}</th>" for name in table.columns)
    body = "".join(_row(row_texts(table, number)) for number in range(min(rows, len(table.rows))))
    more = f"<p>… {len(table.rows) - rows}</p>" if len(table.rows) > rows else ""
    return f"<h3>{escape(table.title)}</h3><table><tr>{head}</tr>{body}</table>{more}"


def _row(cells: list[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
