# SPDX-License-Identifier: Apache-2.0
"""SQL lives in named files: `-- name: lock_job` opens a statement, which ends where the next name begins."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

_WORDS_ON_THE_NEXT = re.compile(r"(?:^--[^\n]*\n|\s)*\Z", re.MULTILINE)  # comments that stand before its name
_NAME = re.compile(r"^-- name: ([a-z][a-z0-9_]*)\s*$", re.MULTILINE)


@cache
def load_queries(package: str, folder: str, *, dialect: str | None = None) -> Mapping[str, str]:
    """Read every `*.sql` file of *folder* in *package*; statements by name. Raises ValueError for a name used twice.

    dialect: a folder inside *folder* whose statements replace those of the same name, or stand for themselves.
    """
    root = files(package).joinpath(folder)
    queries = _read_folder(root)
    own = root.joinpath(dialect) if dialect is not None else None
    if own is not None and own.is_dir():
        queries.update(_read_folder(own))
    return MappingProxyType(queries)


def parse_queries(text: str) -> Mapping[str, str]:
    """Split the text of one file into statements by name."""
    parts = _NAME.split(text)[1:]
    names, bodies = parts[0::2], parts[1::2]
    duplicates = {name for name in names if names.count(name) > 1}
    if duplicates:
        raise ValueError(f"statements named twice: {', '.join(sorted(duplicates))}")
    own = [_WORDS_ON_THE_NEXT.sub("", body).strip().rstrip(";") for body in bodies]
    return dict(zip(names, own, strict=True))


def _read_folder(folder: Traversable) -> dict[str, str]:
    queries: dict[str, str] = {}
    for entry in _sql_files(folder):
        for name, text in parse_queries(entry.read_text(encoding="utf-8")).items():
            if name in queries:
                raise ValueError(f"two statements are named {name}; the second is in {entry.name}")
            queries[name] = text
    return queries


def _sql_files(folder: Traversable) -> list[Traversable]:
    return sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
