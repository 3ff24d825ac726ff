# SPDX-License-Identifier: Apache-2.0
"""Names become pseudonyms that only the key can tell; what the log says of the process stays."""

from pathlib import Path

import pytest

from taktloom.mining.filters import apply_filter, keep_cases
from taktloom.mining.filters.case_conditions import CaseLength
from taktloom.mining.filters.errors import UnknownAttributeError
from taktloom.mining.logs.export import events_csv
from taktloom.mining.privacy.pseudonyms import KeyTooShortError, pseudonym, pseudonymise_log
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.handovers import measure_hand_overs
from tests.mining.given_logs import given_log

KEY, OTHER = bytes(range(32)), bytes(32)


def test_a_pseudonym_is_the_same_for_the_same_name_key_and_kind_only() -> None:
    assert pseudonym(KEY, "resource", "Ann") == pseudonym(KEY, "resource", "Ann")
    assert len({pseudonym(key, kind, "Ann") for key in (KEY, OTHER) for kind in ("resource", "case")}) == 4
    assert len(pseudonym(KEY, "case", "1")) == len("case-") + 20


def test_a_short_key_is_refused() -> None:
    with pytest.raises(KeyTooShortError):
        pseudonym(b"secret", "case", "1")


@pytest.mark.data
def test_no_name_is_left_and_the_process_stays(tmp_path: Path) -> None:
    log = given_log("08_receipt.xes.gz")

    hidden = pseudonymise_log(log, tmp_path, KEY)

    text = "".join(events_csv(hidden))
    assert not [name for name in (*log.resources, *log.cases) if f",{name}," in text or f"\n{name}," in text]
    assert "Resource" not in text
    assert [(one.activities, one.cases) for one in hidden.variants().variants] == [
        (one.activities, one.cases) for one in log.variants().variants
    ]
    before, after = (measure_hand_overs(load_arrays(each)) for each in (log, hidden))
    assert (before.handed_over, before.distinct_pairs) == (after.handed_over, after.distinct_pairs)
    assert [pair.count for pair in before.pairs] == [pair.count for pair in after.pairs]
    assert [pseudonym(KEY, "resource", pair.giver) for pair in before.pairs] == [pair.giver for pair in after.pairs]


@pytest.mark.data
def test_a_view_stays_a_view_and_named_attributes_stay(tmp_path: Path) -> None:
    log = given_log("08_receipt.xes.gz")
    view = apply_filter(log, keep_cases(CaseLength(at_least=10)))
    kept = next(column.name for column in log.metadata.columns if column.name.startswith("case."))

    hidden = pseudonymise_log(view, tmp_path, KEY, keep=(kept,))

    assert hidden.counts == view.counts
    assert [name for name in hidden.events().collect_schema().names() if name.startswith(("case.", "event."))] == [kept]
    assert hidden.case_table()[kept].to_list() == view.case_table()[kept].to_list()
    with pytest.raises(UnknownAttributeError):
        pseudonymise_log(view, tmp_path, KEY, keep=("case.none",))
