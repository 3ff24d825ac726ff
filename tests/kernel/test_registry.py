# SPDX-License-Identifier: Apache-2.0
"""The tables are complete."""

from typing import get_args

from taktloom.kernel.elements.registry import COMPILERS
from taktloom.kernel.events import KernelEvent
from taktloom.kernel.state_json import EVENT_KINDS
from taktloom.kernel.step import HANDLERS
from taktloom.model.process import AnyFlowNode


def test_every_class_of_flow_node_has_a_behaviour() -> None:
    assert set(get_args(AnyFlowNode)) == set(COMPILERS)


def test_every_kernel_event_has_a_handler() -> None:
    assert set(get_args(KernelEvent)) == set(HANDLERS)


def test_every_kernel_event_can_be_stored() -> None:
    assert set(get_args(KernelEvent)) == set(EVENT_KINDS.values())
