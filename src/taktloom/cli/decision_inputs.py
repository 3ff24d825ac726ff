# SPDX-License-Identifier: Apache-2.0
"""Inputs of `taktloom decide`: `name=value` pairs, and files with one input or many.

JSON: an object is one input, a list of objects a batch. JSON lines (`.jsonl`, `.ndjson`): one object a line. CSV: one
input a row, named by the heading; a cell is read as JSON where it is JSON (`80000`, `true`), else it is text, and an
empty cell is no input. Texts that look like numbers are written with quotes inside: `"\"007\""`.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from taktloom.cli.variables import value_of_text
from taktloom.feel.values import FeelValue
from taktloom.feel.wire import from_json
from taktloom.model.errors import MisuseError

__all__ = ["DecisionInputs", "read_decision_inputs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInputs:
    """Inputs in wire form; *is_batch* when a file holds a list, even of one."""

    rows: Sequence[dict[str, object]]
    is_batch: bool

    def single(self) -> dict[str, FeelValue]:
        """The one input as FEEL values."""
        return {name: from_json(value) for name, value in self.rows[0].items()}


def read_decision_inputs(given: Sequence[str] | None, file: Path | None) -> DecisionInputs:
    """Pairs and files together: pairs are added to every input of the files. Raises MisuseError."""
    pairs: dict[str, object] = {}
    files = [] if file is None else [file]
    for item in given or ():
        name, separator, text = item.partition("=")
        if separator and name.strip() and not Path(item).is_file():
            pairs[name.strip()] = value_of_text(text)
        elif Path(item).is_file():
            files.append(Path(item))
        else:
            raise MisuseError(
                f"{item!r} is neither name=value nor a file.", remedy="Write --input amount=1200 or --input cases.csv."
            )
    if not files:
        return DecisionInputs(rows=[pairs], is_batch=False)
    contents = [_of_file(path) for path in files]
    rows = [{**row, **pairs} for content in contents for row in (content if isinstance(content, list) else [content])]
    return DecisionInputs(rows=rows, is_batch=len(files) > 1 or isinstance(contents[0], list))


def _of_file(path: Path) -> dict[str, object] | list[dict[str, object]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        suffix = path.suffix.lower()
        if suffix == ".csv":
            return _of_csv(text)
        if suffix in {".jsonl", ".ndjson"}:
            return [_object(json.loads(line, parse_float=Decimal), path) for line in text.splitlines() if line.strip()]
        content = json.loads(text, parse_float=Decimal)
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise MisuseError(f"{path} cannot be read: {error}.", remedy="Check the file.") from error
    return [_object(item, path) for item in content] if isinstance(content, list) else _object(content, path)


def _object(content: object, path: Path) -> dict[str, object]:
    if not isinstance(content, dict):
        raise MisuseError(f"{path} is not a JSON object or a list of them.", remedy='Write {"name": value, …}.')
    return content


def _of_csv(text: str) -> list[dict[str, object]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    return [
        {name.strip(): value_of_text(cell) for name, cell in row.items() if isinstance(name, str) and cell}
        for row in rows
    ]
