# SPDX-License-Identifier: Apache-2.0
"""`taktloom decide import`, `decide export`, and the group that lets `taktloom decide MODEL` stay what it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from taktloom.app import decision_tables
from taktloom.app.calls import calls
from taktloom.app.decision_tables import SheetFile, SheetFormat
from taktloom.cli.decisions import decide
from taktloom.cli.failures import finding_line
from taktloom.cli.models import read_file
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, print_json, print_table, say
from taktloom.model.errors import MisuseError

if TYPE_CHECKING:
    from typer._click.core import Command, Context

    from taktloom.decisions.sheet_table import ColumnChoice, SheetOptions, SheetTable

_EVALUATE = "evaluate"


class DecideGroup(TyperGroup):
    """A first word that is no command is the model of `evaluate`."""

    default_command = _EVALUATE

    def resolve_command(self, ctx: "Context", args: list[str]) -> "tuple[str | None, Command | None, list[str]]":
        """The command and its arguments."""
        if args and args[0] not in self.commands:
            return super().resolve_command(ctx, [self.default_command, *args])
        return super().resolve_command(ctx, args)


decide_commands = typer.Typer(cls=DecideGroup)
decide_commands.command(_EVALUATE, help=decide.__doc__)(decide)

MappingOption = Annotated[
    list[str] | None,
    typer.Option("--mapping", "-m", help="COLUMN=ROLE[:TYPE], repeatable; COLUMN is a name or letter, ROLE is input, "
                 "output, annotation or skip."),
]  # fmt: skip


@decide_commands.command("import")
@calls(decision_tables.convert_table)
def import_table(
    file: Annotated[Path, typer.Argument(help="A CSV file or an Excel workbook (.xlsx).")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The DMN file to write.")],
    sheet: Annotated[str | None, typer.Option(help="Sheet of the workbook; the first if left out.")] = None,
    mapping: MappingOption = None,
    hit_policy: Annotated[str | None, typer.Option(help="U, A, P, F, R, O, C, C+, C<, C> or C#.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the decision.")] = None,
    decimal_comma: Annotated[bool, typer.Option("--decimal-comma", help="1,5 is one number.")] = False,
    delimiter: Annotated[str | None, typer.Option(help="Delimiter of the CSV file.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the CSV file.", show_default="UTF-8")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a decision model of a decision table in a spreadsheet; what was interpreted is listed.

    Example: taktloom decide import discount.xlsx --output discount.dmn

    Example: taktloom decide import fees.csv -m Age=input:number -m Fee=output -o fees.dmn
    """
    given = SheetFile(name=file.name, content=read_file(file), sheet=sheet, delimiter=delimiter, encoding=encoding)
    options = _options(mapping or [], name=name, hit_policy=hit_policy, decimal_comma=decimal_comma)
    with opened(data) as context:
        table, dmn = decision_tables.convert_table(context, file=given, options=options)
    _write(output, dmn)
    if as_json:
        print_json({"output": str(output), **_document(table)})
    else:
        _print(table, output)


@decide_commands.command("export")
@calls(decision_tables.export_table)
def export_table(
    model: Annotated[Path, typer.Argument(help="A DMN file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, .csv or .xlsx.")],
    decision: Annotated[str | None, typer.Option(help="Id or name; may be left out where there is one table.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a decision table as a spreadsheet, which `decide import` reads back.

    Example: taktloom decide export permit.dmn --decision risk --output risk.xlsx
    """
    suffix = output.suffix.lower().removeprefix(".")
    if suffix not in set(SheetFormat):
        raise MisuseError(
            f"{output} is neither .csv nor .xlsx.",
            remedy="Name a file that ends in .csv or .xlsx.",
            parameters={"path": str(output)},
        )
    with opened(data) as context:
        content = decision_tables.export_table(
            context, content=read_file(model), decision_id=decision, kind=SheetFormat(suffix)
        )
    _write(output, content)
    if as_json:
        print_json({"output": str(output)})
    else:
        say(f"{output} written.")


def _options(mapping: list[str], *, name: str | None, hit_policy: str | None, decimal_comma: bool) -> "SheetOptions":
    from taktloom.decisions.sheet_table import SheetOptions

    choices = dict(_choice(text) for text in mapping)
    return SheetOptions(name=name, hit_policy=hit_policy, choices=choices, decimal_comma=decimal_comma)


def _choice(text: str) -> "tuple[str, ColumnChoice]":
    from taktloom.decisions.sheet_table import ColumnChoice, ColumnRole

    column, _, rest = text.rpartition("=")
    role, _, type_ref = rest.partition(":")
    if not column or (role and role not in set(ColumnRole)):
        raise MisuseError(
            f"The mapping {text!r} is not COLUMN=ROLE[:TYPE].",
            remedy="Write for example Age=input:number; the roles are input, output, annotation and skip.",
            parameters={"mapping": text},
        )
    return column, ColumnChoice(role=ColumnRole(role) if role else None, type_ref=type_ref or None)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise MisuseError(
            f"{path} cannot be written: {error.strerror}.", remedy="Check the path.", parameters={"path": str(path)}
        ) from error


def _document(table: "SheetTable") -> dict[str, object]:
    return {
        "sheet": table.sheet,
        "name": table.name,
        "hit_policy": table.hit_policy,
        "columns": table.columns,
        "rules": len(table.rules),
        "interpretations": table.interpretations,
        "findings": table.findings,
    }


def _print(table: "SheetTable", output: Path) -> None:
    say(f"{output}: decision {table.name!r}, {table.hit_policy.value}, {len(table.rules)} rules.")
    columns = [(one.letter, one.header, one.role.value, one.type_ref, one.how) for one in table.columns]
    print_table(["", "column", "role", "type", "known by"], columns, empty="No column.")
    for finding in table.findings:
        say(finding_line(finding))
    if table.interpretations:
        say("Interpreted:")
        rows = [(one.cell, one.before, one.after, one.how) for one in table.interpretations]
        print_table(["cell", "in the sheet", "in the model", "how"], rows, empty="")
