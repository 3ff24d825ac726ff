# SPDX-License-Identifier: Apache-2.0
"""Empty containers are shared between all states, and nothing can be written into them by mistake."""

from copy import deepcopy

import pytest

from taktloom.kernel.sparse import NO_ENTRIES, NO_ITEMS, with_entry, with_item, without
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import load_state, save_state
from taktloom.model.identifiers import InstanceKey


def test_writing_into_what_is_shared_is_refused_and_changes_nothing() -> None:
    with pytest.raises(TypeError, match="shared"):
        NO_ENTRIES["a"] = 1
    with pytest.raises(TypeError, match="shared"):
        NO_ENTRIES.update(a=1)
    with pytest.raises(TypeError, match="shared"):
        NO_ENTRIES.setdefault("a", 1)
    with pytest.raises(TypeError, match="shared"):
        NO_ITEMS.append(1)
    with pytest.raises(TypeError, match="shared"):
        NO_ITEMS[:] = [1]

    assert (NO_ENTRIES, NO_ITEMS) == ({}, [])


def test_the_first_entry_makes_a_container_of_its_own_and_the_next_one_goes_into_it() -> None:
    first = with_entry(NO_ENTRIES, "a", 1)
    second = with_entry(first, "b", 2)
    items = with_item(with_item(NO_ITEMS, 1), 2)

    assert second is first
    assert first == {"a": 1, "b": 2}
    assert items == [1, 2]
    assert (NO_ENTRIES, NO_ITEMS) == ({}, [])


def test_one_wait_of_several_ends_and_the_others_keep_their_order() -> None:
    assert without(("a", "b", "c"), "b") == ("a", "c")
    with pytest.raises(ValueError, match="tuple"):
        without(("a",), "b")


def test_a_new_state_has_no_container_of_its_own_for_what_it_does_not_hold() -> None:
    one, other = InstanceState(instance_key=InstanceKey("1")), InstanceState(instance_key=InstanceKey("2"))
    copy, loaded = deepcopy(one), load_state(save_state(one))

    assert one.timers is other.timers is copy.timers is loaded.timers is NO_ENTRIES
    assert one.parked is copy.parked is loaded.parked is NO_ITEMS
    assert one.tokens is not other.tokens
