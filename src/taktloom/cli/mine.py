# SPDX-License-Identifier: Apache-2.0
"""`taktloom mine …`: one command per analysis of the table, made from its parameters.

The result is printed as tables, or as one JSON document; with `-o FILE` it is written, in the form that the file's name
asks for: model.bpmn, model.pnml, plot.svg, table.csv, whatever the analysis offers.
"""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Annotated, Any, get_origin, get_type_hints

import typer

from taktloom.app import logs
from taktloom.app.analyses import running
from taktloom.app.analyses.documents import read_document
from taktloom.app.analyses.records import Analysis, is_document, is_other_log
from taktloom.app.analyses.table import ANALYSES
from taktloom.app.calls import calls
from taktloom.cli.analysis_tables import OutputOption, print_output, write_files
from taktloom.cli.logs import (
    FilterOption,
    LogArgument,
    Reading,
    SkipOption,
    WithOption,
    WithoutOption,
    ZoneOption,
    beside,
    chosen_part,
    looking_at,
)
from taktloom.cli.output import DataOption, JsonOption, progress_bar

mine_commands = typer.Typer()

# Options that every analysis has, beside its own.
_SHARED: tuple[tuple[str, Any, object], ...] = (
    ("filter_text", FilterOption, None),
    ("having", WithOption, None),
    ("lacking", WithoutOption, None),
    ("timezone", ZoneOption, None),
    ("skip_bad_rows", SkipOption, False),
    ("output", OutputOption, None),
    ("data", DataOption, None),
    ("as_json", JsonOption, False),
)


def _command(analysis: Analysis[Any]) -> Callable[..., None]:
    own = [each.name for each in fields(analysis.parameters)]

    def run(**options: Any) -> None:
        parameters = {name: _given(options[name]) for name in own if options[name] is not None}
        others = [each.name for each in fields(analysis.parameters) if is_other_log(each) and options[each.name]]
        reading = Reading(timezone=options["timezone"], skip_bad_rows=options["skip_bad_rows"])
        chosen = chosen_part(options["having"], options["lacking"], options["filter_text"])
        with looking_at(options["log"], options["data"], reading) as (context, log_id):
            for name in others:
                parameters[name] = beside(context, options["log"], options[name], reading)
            with progress_bar(analysis.name) as report:
                request = running.AnalysisRequest(
                    log_id=log_id, name=analysis.name, parameters=parameters, chosen=chosen
                )
                output = running.analyse(context, request=request, report=report)
            files = write_files(output, options["output"])
        print_output(output, files, as_json=options["as_json"])

    run.__name__ = analysis.name.replace("-", "_")
    run.__doc__ = f"{analysis.summary}\n\nExample: taktloom mine {analysis.name} {analysis.example}"
    run.__signature__ = _signature(analysis)  # type: ignore[attr-defined]
    run.__annotations__ = {name: each.annotation for name, each in _signature(analysis).parameters.items()}
    return calls(running.analyse, running.list_analyses, logs.import_file, logs.sniff_file)(run)


def _signature(analysis: Analysis[Any]) -> inspect.Signature:
    keyword = inspect.Parameter.KEYWORD_ONLY
    hints = get_type_hints(analysis.parameters)
    listed = [inspect.Parameter("log", keyword, annotation=LogArgument)]
    for each in fields(analysis.parameters):
        default = inspect.Parameter.empty if each.default is MISSING else each.default
        if is_document(each) and default is not inspect.Parameter.empty:
            default = None
        listed.append(inspect.Parameter(each.name, keyword, default=default, annotation=_option(each, hints)))
    listed += [inspect.Parameter(name, keyword, default=value, annotation=kind) for name, kind, value in _SHARED]
    return inspect.Signature(listed)


def _option(each: "Field[Any]", hints: dict[str, Any]) -> Any:
    meta, kind = each.metadata, hints[each.name]
    if is_document(each):
        is_needed = each.default is MISSING
        shown = typer.Option(help=meta["help"], exists=True, dir_okay=False, show_default=False)
        return Annotated[Path if is_needed else Path | None, shown]
    if get_origin(kind) is tuple:
        return Annotated[list[str], typer.Option(help=meta["help"], show_default=False)]
    return Annotated[kind, typer.Option(help=meta["help"], min=meta["least"], max=meta["most"])]


def _given(value: object) -> object:
    """A parameter's value from an option's: the text of a file, a list of texts."""
    if isinstance(value, Path):
        return read_document(value)
    return tuple(value) if isinstance(value, list) else value


for _analysis in ANALYSES.values():
    mine_commands.command(_analysis.name)(_command(_analysis))
