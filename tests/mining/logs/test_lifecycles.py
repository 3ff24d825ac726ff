# SPDX-License-Identifier: Apache-2.0
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.logs.lifecycles import join_lifecycles

ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),  # case
        st.integers(0, 1),  # activity
        st.integers(0, 6),  # time
        st.sampled_from(["start", "complete", "START", "Complete", "schedule", "ate_abort", None]),
        st.sampled_from([None, "x", "y"]),
    ),
    max_size=40,
)
Row = tuple[int, int, int, str | None, str | None]


def frame(rows: list[Row]) -> pl.DataFrame:
    schema = {
        "case": pl.UInt32,
        "activity": pl.UInt32,
        "occurred_at": pl.Int64,
        "lifecycle": pl.String,
        "instance": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def pair_slowly(rows: list[Row]) -> dict[int, int]:
    """Completion row -> start row or -1; first in, first out by hand."""
    waiting: dict[tuple[int, int, str | None], list[int]] = {}
    pairs = {}
    for number in sorted(range(len(rows)), key=lambda each: (rows[each][2], each)):
        case, activity, _, transition, instance = rows[number]
        queue = waiting.setdefault((case, activity, instance), [])
        match (transition or "complete").lower():
            case "start":
                queue.append(number)
            case "complete" | "ate_abort" if transition is not None:
                pairs[number] = queue.pop(0) if queue else -1
            case "schedule":
                pass
            case _:
                pairs[number] = -1
    return pairs


@given(ROWS)
def test_a_completion_ends_the_oldest_open_start_of_its_activity_instance(rows: list[Row]) -> None:
    transitions = {(row[3] or "").lower() for row in rows}

    found = join_lifecycles(frame(rows))

    if {"start", "complete"} <= transitions:
        expected = pair_slowly(rows)
        assert dict(zip(found.rows.tolist(), found.start_rows.tolist(), strict=True)) == expected
        starts = sum((row[3] or "").lower() == "start" for row in rows)
        matched = sum(start >= 0 for start in expected.values())
        assert found.orphan_starts == starts - matched
        completions = [number for number, row in enumerate(rows) if (row[3] or "").lower() == "complete"]
        assert found.orphan_completes == sum(expected[number] < 0 for number in completions)
        assert found.intermediate == sum(row[3] == "schedule" for row in rows)
    else:
        assert found.rows.tolist() == list(range(len(rows)))
        assert set(found.start_rows.tolist()) <= {-1}


def test_states_of_their_own_keep_every_row() -> None:
    found = join_lifecycles(frame([(0, 0, 0, "Queued", None), (0, 0, 1, "In Progress", None)]))

    assert found.rows.tolist() == [0, 1]


def test_work_given_up_has_its_own_start_and_the_next_try_another() -> None:
    tries = ["start", "ate_abort", "start", "suspend", "resume", "complete", "withdraw", "start", "pi_abort"]

    found = join_lifecycles(frame([(0, 0, time, transition, None) for time, transition in enumerate(tries)]))

    assert list(zip(found.rows.tolist(), found.start_rows.tolist(), strict=True)) == [(1, 0), (5, 2), (6, -1), (8, 7)]
    assert (found.orphan_starts, found.orphan_completes, found.intermediate) == (0, 0, 2)
