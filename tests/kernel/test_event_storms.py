# SPDX-License-Identifier: Apache-2.0
"""Whatever events come in whatever order: nothing is lost, nothing is left, nothing happens twice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taktloom.kernel import run
from tests.kernel.event_storms import Storm


@pytest.fixture
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers that make each other's conditions true run for ever: they are stopped early."""
    monkeypatch.setattr(run, "VISITS_PER_STEP", 300)


@pytest.mark.usefixtures("short_steps")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=0, max_value=10**9))
def test_tokens_waits_and_visits_are_accounted_for_after_every_step(seed: int) -> None:
    storm = Storm(seed)

    storm.blow(steps=30)

    assert storm.replayed() == (storm.run.state, storm.run.log)
