# SPDX-License-Identifier: Apache-2.0
"""The variables of a scope are replaced, never changed, and so their text is made once."""

import pickle
from copy import deepcopy
from decimal import Decimal

import pytest

from taktloom.feel.values import FeelValue
from taktloom.kernel.kept_variables import Variables, variables_text, with_variables


def test_variables_refuse_to_be_changed_in_place() -> None:
    variables = Variables({"a": Decimal(1)})

    with pytest.raises(TypeError, match="shared"):
        variables["a"] = Decimal(2)
    with pytest.raises(TypeError, match="shared"):
        variables.update(b=Decimal(2))
    with pytest.raises(TypeError, match="shared"):
        variables.pop("a")
    with pytest.raises(TypeError, match="shared"):
        del variables["a"]

    assert variables == {"a": Decimal(1)}


def test_what_is_set_anew_gives_other_variables_with_a_text_of_their_own() -> None:
    before = with_variables({}, {"name": "Ada", "amount": Decimal("1250.5")})
    told = variables_text(before)
    after = with_variables(before, {"amount": None, "ok": True})

    assert told == '{"name":"Ada","amount":1250.5}'
    assert variables_text(before) is told
    assert variables_text(after) == '{"name":"Ada","amount":null,"ok":true}'


def test_what_is_there_already_changes_nothing() -> None:
    before = with_variables({}, {"ok": True, "none": None})

    assert with_variables(before, {"ok": True}) is before
    assert with_variables(before, {}) is before
    assert with_variables(before, {"none": None, "other": None}) == {"ok": True, "none": None, "other": None}


def test_the_text_of_any_other_mapping_is_the_same() -> None:
    values: dict[str, FeelValue] = {"@type": "date", 'a "name"': ["x", {"y": Decimal(2)}]}

    assert (
        variables_text(values) == '{"@type":"date","a \\"name\\"":["x",{"y":2}]}' == variables_text(Variables(values))
    )


def test_a_copy_is_the_same_variables_and_a_stored_one_equal_ones() -> None:
    variables = Variables({"a": "b"})

    assert deepcopy(variables) is variables
    assert pickle.loads(pickle.dumps(variables)) == variables
