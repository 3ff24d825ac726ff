# SPDX-License-Identifier: Apache-2.0
"""SQL lives in named files: `-- name: lock_job` opens a statement, which ends where the next name begins."""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

_NAME = re.compile(r"^-- name: ([a-z][a-z0-9_]*)\s*$", re.MULTILINE)


def load_queries(package: str, folder: str) -> Mapping[str, str]:
    """Read every `*.sql` file of *folder* in *package*; statements by name. Raises ValueError for a name used twice."""
    queries: dict[str, str] = {}
    for entry in _sql_files(files(package).joinpath(folder)):
        for name, text in parse_queries(entry.read_text(encoding="utf-8")).items():
            if name in queries:
                raise ValueError(f"two statements are named {name}; the second is in {entry.name}")
            queries[name] = text
    return queries


def parse_queries(text: str) -> Mapping[str, str]:
    """Split the text of one file into statements by name."""
    parts = _NAME.split(text)[1:]
    names, bodies = parts[0::2], parts[1::2]
    duplicates = {name for name in names if names.count(name) > 1}
    if duplicates:
        raise ValueError(f"statements named twice: {', '.join(sorted(duplicates))}")
    return {name: body.strip().rstrip(";") for name, body in zip(names, bodies, strict=True)}


def _sql_files(folder: Traversable) -> list[Traversable]:
    return sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
