# SPDX-License-Identifier: Apache-2.0
"""Each structural rule of the standard with a small model that breaks just it, refused by that rule at that element."""

import re
from pathlib import Path

import pytest

from taktloom.formats.bpmn import read_bpmn
from taktloom.formats.bpmn.file_rules import FILE_RULES
from taktloom.kernel import compile_process
from taktloom.kernel.rules import RULES
from taktloom.model.errors import DefinitionError
from taktloom.model.findings import Severity

MODELS = sorted((Path(__file__).parent / "models").glob("*.bpmn"))
BREACH = re.compile(r"Refused by the rule ([a-z-]+) at (\S+);")
REFUSING = {rule.name for rule in (*FILE_RULES, *(r.rule for r in RULES)) if rule.severity is Severity.ERROR}


def refusals(path: Path) -> list[tuple[str, str | None]]:
    """Rules and elements of the errors with which the file's executable processes are refused."""
    found: list[tuple[str, str | None]] = []
    for process in read_bpmn(path.read_bytes(), name=path.name).processes:
        if process.is_executable:
            with pytest.raises(DefinitionError) as refused:
                compile_process(process)
            errors = (f for f in refused.value.findings if f.severity is Severity.ERROR)
            found.extend((f.rule, f.place.element_id) for f in errors)
    return found


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_model_is_refused_by_just_that_rule_at_that_element(path: Path) -> None:
    named = BREACH.search(path.read_text("utf-8"))
    assert named is not None

    assert named[1] == path.stem
    assert refusals(path) == [(named[1], named[2])]


def test_every_rule_that_refuses_has_its_model() -> None:
    texts = {"expression-not-feel", "timer-text-invalid"}  # found where texts are compiled

    assert REFUSING | texts == {path.stem for path in MODELS}
    assert len(MODELS) >= 120
