# SPDX-License-Identifier: Apache-2.0
"""BPMN of trees: the same language as the tree, stable ids, readable branches."""

import re

from hypothesis import given

from taktloom.mining.conformance.process_net import process_net
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_tree
from taktloom.mining.discovery.process_tree import (
    SILENT,
    ActivityLeaf,
    ProcessTree,
    exclusive,
    loop,
    parallel,
    sequence,
)
from taktloom.mining.discovery.sketch import element_id_of, sketch_process
from taktloom.mining.discovery.tree_reduction import reduce_tree
from taktloom.model.identifiers import ProcessId
from tests.mining.trees import any_trees, language_of, traces_of

A, B, C = ActivityLeaf("a"), ActivityLeaf("b"), ActivityLeaf("c")


@given(any_trees())
def test_the_bpmn_process_has_the_traces_of_the_tree(tree: ProcessTree) -> None:
    reduced = reduce_tree(tree)

    net = process_net(bpmn_from_tree(reduced, process_id=ProcessId("p"))).net

    assert traces_of(net, 4) == language_of(tree, 4)


@given(any_trees())
def test_every_choice_names_its_branches_apart(tree: ProcessTree) -> None:
    sketch = sketch_process(reduce_tree(tree))

    for node in sketch.nodes:
        labels = [flow.label for flow in sketch.outgoing(node.id) if flow.label]
        assert len(labels) == len(set(labels))


def test_joins_in_a_row_are_merged() -> None:
    tree = sequence(exclusive(A, SILENT), loop(B, SILENT), parallel(A, C))

    sketch = sketch_process(tree)

    assert [node.id for node in sketch.nodes] == [
        "start", "choice_1", "task_a", "merge_2", "task_b", "repeat_2", "fork_3", "task_a_2", "task_c", "join_3", "end",
    ]  # fmt: skip


def test_ids_are_ncnames_made_of_the_label_alone() -> None:
    labels = ["Pay invoice", "支付 发票", "Repair (Complex)", "42", "Überprüfen", ""]

    ids = [element_id_of("task", label) for label in labels]

    assert ids[0] == "task_pay_invoice"
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", each) for each in ids)
    assert len(set(ids)) == len(ids)
    assert element_id_of("task", "支付 发票") == ids[1]
