# SPDX-License-Identifier: Apache-2.0
"""Random block-structured trees and their languages, computed from the definition of the operators alone."""

from hypothesis import strategies as st

from taktloom.mining.discovery.process_tree import (
    SILENT,
    ActivityLeaf,
    Block,
    Operator,
    ProcessTree,
    SilentLeaf,
    exclusive,
    loop,
)
from taktloom.mining.petri import Marking, PetriNet, fire, tokens_in

Language = frozenset[tuple[str, ...]]


def language_of(tree: ProcessTree, longest: int) -> Language:
    """Every trace of the tree with at most *longest* events, from the definition of the operators."""
    if isinstance(tree, ActivityLeaf):
        return frozenset({(tree.activity,)} if longest else ())
    if isinstance(tree, SilentLeaf):
        return frozenset({()})
    parts = [language_of(child, longest) for child in tree.children]
    if tree.operator is Operator.EXCLUSIVE:
        return frozenset().union(*parts)
    if tree.operator is Operator.LOOP:
        return _repeated(parts[0], parts[1], longest)
    joined: Language = frozenset({()})
    for part in parts:
        join = _concatenated if tree.operator is Operator.SEQUENCE else _shuffled
        joined = join(joined, part, longest)
    return joined


def _repeated(body: Language, redo: Language, longest: int) -> Language:
    found = current = body
    while current:
        current = _concatenated(_concatenated(current, redo, longest), body, longest) - found
        found = found | current
    return found


def _concatenated(left: Language, right: Language, longest: int) -> Language:
    return frozenset(a + b for a in left for b in right if len(a) + len(b) <= longest)


def _shuffled(left: Language, right: Language, longest: int) -> Language:
    return frozenset(t for a in left for b in right if len(a) + len(b) <= longest for t in _shuffles(a, b))


def _shuffles(a: tuple[str, ...], b: tuple[str, ...]) -> set[tuple[str, ...]]:
    if not a or not b:
        return {a + b}
    return {(a[0], *rest) for rest in _shuffles(a[1:], b)} | {(b[0], *rest) for rest in _shuffles(a, b[1:])}


def traces_of(net: PetriNet, longest: int) -> set[tuple[str, ...]]:
    """Every trace of at most *longest* events from the initial to the final marking, by blind search."""
    start: tuple[Marking, tuple[str, ...]] = (net.initial_marking, ())
    seen, queue, found = {start}, [start], set()
    for marking, trace in queue:
        if marking == net.final_marking:
            found.add(trace)
        for transition in net.transitions:
            if all(tokens_in(marking, place) for place in transition.inputs):
                after = (fire(transition, marking), trace if transition.label is None else (*trace, transition.label))
                if after not in seen and len(after[1]) <= longest:
                    seen.add(after)
                    queue.append(after)
    return found


@st.composite
def rediscoverable_trees(draw: st.DrawFn) -> ProcessTree:
    """Trees of the class for which IM's rediscovery is proven: unique labels, no silent leaf, and start and end
    activities of a loop's body apart from each other."""
    names = [chr(ord("a") + index) for index in range(draw(st.integers(1, 6)))]
    return _tree(draw, names, loops=True)


def _tree(draw: st.DrawFn, names: list[str], *, loops: bool) -> ProcessTree:
    if len(names) == 1:
        return ActivityLeaf(names[0])
    if loops and len(names) == 3 and draw(st.booleans()) and draw(st.booleans()):
        first, last, redo = ActivityLeaf(names[0]), ActivityLeaf(names[1]), ActivityLeaf(names[2])
        return Block(Operator.LOOP, (Block(Operator.SEQUENCE, (first, last)), redo))
    at = draw(st.integers(1, len(names) - 1))
    operator = draw(st.sampled_from([Operator.SEQUENCE, Operator.EXCLUSIVE, Operator.PARALLEL]))
    return Block(operator, (_tree(draw, names[:at], loops=loops), _tree(draw, names[at:], loops=loops)))


@st.composite
def any_trees(draw: st.DrawFn) -> ProcessTree:
    """Any tree of unique labels with silent leaves and loops of all kinds, at most five activities."""
    names = [chr(ord("a") + index) for index in range(draw(st.integers(1, 5)))]
    return _any_tree(draw, names, list(Operator))


@st.composite
def trees_without_nested_loops(draw: st.DrawFn) -> ProcessTree:
    """As any_trees, but no loop holds another one: there lazy replay is exact."""
    names = [chr(ord("a") + index) for index in range(draw(st.integers(1, 5)))]
    return _any_tree(draw, names, list(Operator), nested=False)


def _any_tree(draw: st.DrawFn, names: list[str], operators: list[Operator], *, nested: bool = True) -> ProcessTree:
    if len(names) == 1:
        leaf = ActivityLeaf(names[0])
        shapes: list[ProcessTree] = [leaf, leaf, exclusive(leaf, SILENT), loop(leaf, SILENT)]
        return draw(st.sampled_from(shapes if Operator.LOOP in operators else shapes[:3]))
    at = draw(st.integers(1, len(names) - 1))
    operator = draw(st.sampled_from(operators))
    inner = operators
    if operator is Operator.LOOP and not nested:
        inner = [each for each in operators if each is not Operator.LOOP]
    parts = (_any_tree(draw, names[:at], inner, nested=nested), _any_tree(draw, names[at:], inner, nested=nested))
    return Block(operator, parts)


def accepts(net: PetriNet, trace: tuple[str, ...]) -> bool:
    """Tell whether the net can do exactly *trace*, by blind search."""
    queue = [(net.initial_marking, 0)]
    seen = set(queue)
    for marking, done in queue:
        if marking == net.final_marking and done == len(trace):
            return True
        for transition in net.transitions:
            fits = transition.label is None or (done < len(trace) and transition.label == trace[done])
            if fits and all(tokens_in(marking, place) for place in transition.inputs):
                after = (fire(transition, marking), done + (transition.label is not None))
                if after not in seen:
                    seen.add(after)
                    queue.append(after)
    return False
