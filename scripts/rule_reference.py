# SPDX-License-Identifier: Apache-2.0
"""Write `docs/reference/bpmn-rules.md` from the tables of rules, so that no rule goes undocumented.

The tables are imported: this runs in the project's environment.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from taktloom.formats.bpmn.file_rules import FILE_RULES
from taktloom.kernel.rules import RULES
from taktloom.kernel.soundness import MAX_STATES, SOUNDNESS_RULES
from taktloom.model.findings import Severity
from taktloom.model.rules import Rule

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "bpmn-rules.md"
HEAD = """\
# Rules that BPMN models must keep

<!-- Written by `./taktloom reference` from the tables of rules; do not edit. -->

A model that breaks one of the {refusing} rules of the first two tables is refused, with the rule, the element, the line
and what to do. What only deserves a warning is said and lets the model pass. `taktloom lint MODEL` says all of it; see
also [BPMN that runs](bpmn.md) and [how soundness is proven](../explanation/soundness.md).
"""
TABLES = {
    "Rules of the process": "Looked at in each process and sub-process of a model, wherever it comes from.",
    "Rules of the file": "Looked at when a file is read: ids, references, pools.",
    "Warnings about the structure": "What runs, and is seldom meant.",
    "Soundness": "What can go wrong once the process runs, each with a shortest path that shows it. At most "
    f"{MAX_STATES:,} states of a process or sub-process are looked at; where that is not enough, it is said.",
}


def rule_page() -> str:
    """The whole page."""
    process = [each.rule for each in RULES]
    refusing = {rule.name for rule in (*process, *FILE_RULES) if rule.severity is Severity.ERROR}
    named = {rule.name for rule in process}
    rules = {
        "Rules of the process": [rule for rule in process if rule.severity is Severity.ERROR],
        "Rules of the file": [r for r in FILE_RULES if r.severity is Severity.ERROR and r.name not in named],
        "Warnings about the structure": [r for r in (*process, *FILE_RULES) if r.severity is Severity.WARNING],
        "Soundness": list(SOUNDNESS_RULES),
    }
    parts = [HEAD.format(refusing=len(refusing))]
    for title, about in TABLES.items():
        parts.append(f"\n## {title}\n\n{about}\n\n| Rule | What it says | Clause |\n|---|---|---|\n")
        parts.extend(_rows(rules[title]))
    return "".join(parts)


def _rows(rules: Iterable[Rule]) -> Iterable[str]:
    for rule in sorted(rules, key=lambda one: one.name):
        yield f"| `{rule.name}` | {_cell(rule.message)} {_cell(rule.remedy)} | {_cell(rule.clause)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("{", "‹").replace("}", "›")


if __name__ == "__main__":
    PAGE.write_text(rule_page(), encoding="utf-8")
    sys.exit(0)
