# SPDX-License-Identifier: Apache-2.0
"""Event logs, or views of them, as files."""

from pathlib import Path

from taktloom.app.context import Context, use_case
from taktloom.app.review import ALL, Filter, view_of
from taktloom.assure.permissions import Permission
from taktloom.model.errors import MisuseError

ENDINGS = (".xes", ".xes.gz", ".csv", ".parquet")


@use_case(Permission.LOG_VIEW)
def export_log(context: Context, *, log_id: str, output: Path, chosen: Filter = ALL) -> None:
    """Write the events to *output*, in the format that its name tells; an existing file is written anew.

    XES and Parquet are for programs; in CSV, texts that a spreadsheet would compute are made harmless.
    """
    if not output.name.lower().endswith(ENDINGS):
        raise MisuseError(
            f"Cannot tell the format of {output.name}.",
            remedy="Name it .xes, .xes.gz, .csv or .parquet.",
            parameters={"name": output.name},
        )
    from taktloom.mining.logs.export import events_csv
    from taktloom.mining.logs.xes_writer import write_xes

    view = view_of(context.rooms.logs.open_log(log_id), chosen)
    ending = output.suffix.lower()
    if ending == ".parquet":
        view.events().collect().write_parquet(output, compression="zstd")
    elif ending == ".csv":
        output.write_text(events_csv(view), encoding="utf-8-sig", newline="")
    else:
        write_xes(view, output)
