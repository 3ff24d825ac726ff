# SPDX-License-Identifier: Apache-2.0
"""Any bytes give a model or a DefinitionError, and nothing else; what was read can be written, compiled or refused."""

import re

from hypothesis import given
from hypothesis import strategies as st

from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.formats.layout import layout
from taktloom.kernel import compile_process
from taktloom.model.errors import DefinitionError
from taktloom.model.findings import Finding
from taktloom.model.process import Definitions
from tests.kernel.driver import MODELS

SOURCE = (MODELS / "permit.bpmn").read_bytes()
ORDER = (MODELS.parents[1] / "journals" / "order_v1.bpmn").read_bytes()
PIECES = re.compile(rb"<[^>]*>|[^<>]+")
ATTRIBUTE = re.compile(rb'"([^"]*)"')


def read(source: bytes) -> Definitions | tuple[Finding, ...]:
    """The model, or why it was refused."""
    try:
        return read_bpmn(source, name="x.bpmn")
    except DefinitionError as refused:
        return refused.findings


def use(source: bytes) -> str:
    """Everything that is done with a file; tells how far it came."""
    definitions = read(source)
    if isinstance(definitions, tuple):
        return "refused" if definitions else "refused without a finding"
    assert read_bpmn(write_bpmn(definitions)).processes
    for process in definitions.processes:
        layout(process)
        try:
            compile_process(process)
        except DefinitionError as refused:
            return "not run" if refused.findings else "refused without a finding"
    return "run"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_model_or_refused(source: bytes) -> None:
    assert use(source) in {"refused", "not run", "run"}


@given(st.sampled_from([SOURCE, ORDER]), st.data())
def test_a_file_with_tags_left_out_doubled_or_moved_is_a_model_or_refused(source: bytes, data: st.DataObject) -> None:
    pieces = PIECES.findall(source)
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(pieces) - 1))
        change = data.draw(st.sampled_from(("leave out", "double", "move")))
        piece = pieces.pop(index) if change != "double" else pieces[index]
        if change != "leave out":
            pieces.insert(data.draw(st.integers(0, len(pieces))), piece)

    assert use(b"".join(pieces)) in {"refused", "not run", "run"}


@given(st.sampled_from([SOURCE, ORDER]), st.data())
def test_a_file_with_other_values_is_a_model_or_refused(source: bytes, data: st.DataObject) -> None:
    places = [match.span(1) for match in ATTRIBUTE.finditer(source)]
    values = [source[start:end] for start, end in places]
    other = st.one_of(
        st.sampled_from(values),
        st.text("ab=1.:/ P-R", max_size=6).map(str.encode),
        st.just(b"=now("),
        st.just(b"x" * 3000),
    )
    changed = source
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = data.draw(st.sampled_from(places))
        changed = source[:start] + data.draw(other) + source[end:]

    assert use(changed) in {"refused", "not run", "run"}
