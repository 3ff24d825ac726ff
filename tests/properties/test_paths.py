# SPDX-License-Identifier: Apache-2.0
"""An instance follows the path that its model and its world lead it along."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.path_walk import walk
from tests.properties.paths import path_model


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_an_instance_follows_its_path_stored_and_loaded_before_every_step(seed: int) -> None:
    choose = random.Random(seed)
    model = path_model(choose)

    walk(model, choose)
