# SPDX-License-Identifier: Apache-2.0
"""Write `docs/reference/errors.md` from the error classes in `src`, so that no code goes undocumented.

The classes are read, not imported: this runs on a bare Python. A code belongs to one class; its first digit is the
family, which says who must act. The text is the first paragraph of the class's docstring.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from setup_environment import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "reference" / "errors.md"
SOURCE = PROJECT_ROOT / "src" / "taktloom"
CODE = "TL-"  # begins every code
BASE_OF_ALL = "TL-0000"
ROOMS_OF_DIGIT = {
    "0": ("model",),
    "1": ("mining", "insight", "evidence"),
    "2": ("formats",),
    "3": ("feel", "kernel", "decisions"),
    "4": ("assure",),
    "5": ("hosts",),
    "6": ("storage",),
    "7": ("programme", "reports", "adoption"),
    "8": ("connect", "flows"),
    "9": ("client", "app", "web", "cli"),
}
WHO_ACTS = {
    "1": "the author of the model, table, form or expression",
    "2": "the caller: another argument, state, permission or input is needed; nothing was changed",
    "3": "the operator: disk, port, lock, network or a worker",
    "4": "the makers of Taktloom: history and code disagree",
    "5": "the makers of Taktloom: a defect; its id leads to the log",
}
HEAD = """\
# Errors

<!-- Written by `./taktloom reference` from the error classes; do not edit. -->

Every error has a stable code, the place, the cause and the remedy. The first digit tells who must act. Over REST an
error is an `application/problem+json` document with the same code.

The second digit tells which part says so: 0 any of them, 1 mining, 2 file formats, 3 FEEL and the kernel, 4 sign-in and
rights, 5 the engine, 6 storage, 7 potential and drafts, 8 job workers, 9 commands, pages and the server.
"""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ErrorClass:
    """An error that is raised on purpose. room: the first folder below `taktloom`; meaning: one sentence."""

    code: str
    name: str
    room: str
    meaning: str


def write_reference(_arguments: Sequence[str]) -> int:
    """Bring the page up to date; returns 0."""
    PAGE.write_text(reference_page(error_classes(SOURCE)), encoding="utf-8")
    return 0


def reference_page(errors: Sequence[ErrorClass]) -> str:
    """Return the whole page: a table for each family that has members."""
    parts = [HEAD]
    for digit, who in WHO_ACTS.items():
        rows = [f"| `{error.code}` | {error.name} | {error.meaning} |" for error in errors if error.code[3] == digit]
        if rows:
            parts.append(
                "\n".join(["", f"## {digit}: {who}", "", "| Code | Name | When |", "|---|---|---|", *rows, ""])
            )
    return "".join(parts)


def error_classes(source: Path) -> list[ErrorClass]:
    """Return the classes below *source* that set a code of their own, by code."""
    found = [error for path in source.rglob("*.py") for error in _classes_in(path, source)]
    return sorted(error for error in found if error.code != BASE_OF_ALL)


def _classes_in(path: Path, source: Path) -> Iterator[ErrorClass]:
    room, text = path.relative_to(source).parts[0].removesuffix(".py"), path.read_text(encoding="utf-8")
    if CODE not in text:  # most files: they need not be parsed
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            for code in _own_codes(node):
                yield ErrorClass(code=code, name=node.name, room=room, meaning=_meaning(node))


def _own_codes(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if not any(isinstance(target, ast.Name) and target.id == "code" for target in targets):
            continue
        value = getattr(statement, "value", None)
        if isinstance(value, ast.Constant) and str(value.value).startswith(CODE):
            yield str(value.value)


def _meaning(node: ast.ClassDef) -> str:
    first_paragraph = (ast.get_docstring(node) or "").split("\n\n", 1)[0]
    return " ".join(first_paragraph.split()).replace("|", r"\|")
