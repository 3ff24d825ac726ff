# SPDX-License-Identifier: Apache-2.0
"""Models from variants: the inductive miner, process trees, and their translation to Petri nets and BPMN."""

from taktloom.mining.discovery.coding import VariantCounts
from taktloom.mining.discovery.inductive import DEFAULT_NOISE, discover_process_tree
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import (
    ActivityLeaf,
    Block,
    Operator,
    ProcessTree,
    SilentLeaf,
    activities_of,
    describe_tree,
)

__all__ = [
    "DEFAULT_NOISE",
    "ActivityLeaf",
    "Block",
    "Operator",
    "ProcessTree",
    "SilentLeaf",
    "VariantCounts",
    "activities_of",
    "describe_tree",
    "discover_process_tree",
    "petri_net_from_tree",
]
