# SPDX-License-Identifier: Apache-2.0
"""The files of a result, by the names that people give them."""

from taktloom.app.analyses.records import AnalysisOutput
from taktloom.model.errors import NotFoundError


def file_of(output: AnalysisOutput, wanted: str) -> tuple[str, bytes]:
    """The file of that name, else the first of that suffix (`x.bpmn`), `.png` the first drawing, `.csv` the first
    table, `.html` the whole. Raises NotFoundError, MissingPicturesError."""
    suffix = wanted[wanted.rfind(".") :] if "." in wanted else wanted
    for name, make in output.files.items():
        if name == wanted:
            return name, make()
    for name, make in output.files.items():
        if name.endswith(suffix):
            return name, make()
    drawing = next((make for name, make in output.files.items() if name.endswith(".svg")), None)
    if suffix == ".png" and drawing is not None:
        from taktloom.app.analyses.pictures import png_of

        return "plot.png", png_of(drawing())
    if suffix == ".csv" and output.tables:
        from taktloom.mining.logs.export import table_csv

        table = output.tables[0]
        return "table.csv", table_csv(table.columns, table.rows)
    if suffix in {".html", ".htm"}:
        from taktloom.app.analyses.page import result_page

        return "page.html", result_page("Taktloom", output)
    pictures = () if drawing is None else ("plot.png",)
    offered = [*output.files, *pictures, *(("table.csv",) if output.tables else ()), "page.html"]
    raise NotFoundError(
        f"This analysis writes no '{wanted[:100]}'.",
        remedy=f"It writes: {', '.join(offered)}.",
        parameters={"file": wanted[:100], "offered": ", ".join(offered)},
    )
