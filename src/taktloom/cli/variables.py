# SPDX-License-Identifier: Apache-2.0
"""Variables on the command line: `--var name=value` and `--vars file.json`.

A value is read as JSON (in the wire form of FEEL values); what is no JSON is text: `--var city=Utrecht`.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import from_json
from taktloom.model.errors import MisuseError

VarOption = Annotated[list[str] | None, typer.Option("--var", "--input", help="name=value; repeatable.")]
VarsOption = Annotated[Path | None, typer.Option("--vars", "--inputs", help="JSON file with variables.")]


def read_variables(given: list[str] | None, file: Path | None) -> dict[str, FeelValue]:
    """FEEL values by name; single ones win over the file's. Raises MisuseError."""
    variables: dict[str, object] = {} if file is None else _of_file(file)
    for item in given or ():
        name, separator, text = item.partition("=")
        if not separator or not name.strip():
            raise MisuseError(f"{item!r} is not name=value.", remedy="Write --var amount=1200.")
        variables[name.strip()] = value_of_text(text)
    return {name: from_json(value) for name, value in variables.items()}


def _of_file(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (OSError, ValueError, RecursionError) as error:
        raise MisuseError(f"{file} cannot be read as JSON: {error}.", remedy="Check the file.") from error
    if not isinstance(content, dict):
        raise MisuseError(f"{file} is not a JSON object.", remedy='Write {"name": value, …}.')
    return content


def value_of_text(text: str) -> object:
    """The value in wire form: JSON where *text* is JSON, else the text."""
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return text
