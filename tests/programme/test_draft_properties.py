# SPDX-License-Identifier: Apache-2.0
"""Drafts of any log compile, and every case of the log can be walked to its end by answering forms."""

from collections.abc import Mapping

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.formats.bpmn import read_bpmn
from taktloom.kernel import compile_process
from taktloom.mining.discovery.process_tree import ProcessTree
from taktloom.model.identifiers import ProcessId
from taktloom.programme.draft import Draft, DraftRequest, draft_automation, draft_files
from taktloom.programme.wording import DraftLanguage
from tests.mining.trees import any_trees, language_of
from tests.programme.draft_walk import DraftWalk, RecordedCase, WalkResult

Log = Mapping[tuple[str, ...], int]


def draft_of(log: Log) -> Draft:
    rows = [
        (f"c{variant}-{copy}", activity)
        for variant, (activities, cases) in enumerate(log.items())
        for copy in range(cases)
        for activity in activities
    ]
    events = pl.DataFrame(rows, schema={"case_id": pl.String, "activity": pl.String}, orient="row")
    return draft_automation(
        DraftRequest(process_id=ProcessId("p"), name="p", events=events, variants=log, language=DraftLanguage.CHINESE)
    )


def walks(draft: Draft, log: Log) -> dict[tuple[str, ...], WalkResult]:
    bpmn, dmn = draft_files(draft)
    walk = DraftWalk(draft, compile_process(read_bpmn(bpmn).processes[0], decisions=()), dmn)
    cases = {variant: RecordedCase(variables={}, events=[(name, {}) for name in variant]) for variant in log}
    return {variant: walk.walk(case) for variant, case in cases.items()}


@given(any_trees())
@settings(max_examples=40)
def test_every_case_of_a_complete_log_is_walked_to_its_end(tree: ProcessTree) -> None:
    log = dict.fromkeys(sorted(trace for trace in language_of(tree, 5) if trace)[:40], 1)

    results = walks(draft_of(log), log) if log else {}

    assert all(result.finished and not result.incidents for result in results.values())


@given(
    st.dictionaries(
        st.lists(st.sampled_from(["a", "乙", "c c", "d-4"]), min_size=1, max_size=5).map(tuple),
        st.integers(1, 4),
        min_size=1,
        max_size=8,
    )
)
def test_a_draft_of_any_log_compiles_and_finishes_every_case(log: Log) -> None:
    results = walks(draft_of(log), log)

    assert all(result.finished and not result.incidents for result in results.values())


def test_a_structured_log_is_followed_event_by_event() -> None:
    log = {("a", "b", "d"): 20, ("a", "c", "d"): 20, ("a", "b", "e", "b", "d"): 8, ("a", "d"): 9}

    results = walks(draft_of(log), log)

    assert {variant: result.followed for variant, result in results.items()} == {v: len(v) for v in log}
