# SPDX-License-Identifier: Apache-2.0
"""Seeded truth: labels come before behaviour, resources are hidden, and the score finds the work by rule."""

from pathlib import Path

import pytest

from taktloom.programme.policy import BY_LOGARITHM, NORMS
from tests.programme.potential_norms import measured_values, norms_of
from tests.programme.potential_truth import area_under_curve, look_at, measure_recovery
from tests.programme.seeded_processes import seed_process, write_csv

PUBLIC_LOGS = (
    "02_teleclaims.xes.gz",
    "03_repairExample.xes.gz",
    "08_receipt.xes.gz",
    "BPIC13_cp.xes.gz",
    "Procure-to-Pay.xes.gz",
    "SEPSIS.xes.gz",
    "helpdesk.xes.gz",
    "reviewing.xes",
    "roadtraffic100traces.xes",
    "interval_event_log.xes",
)


def test_the_score_ranks_work_by_rule_above_judgement() -> None:
    recovery = measure_recovery(2, cases=150)

    assert recovery.mean >= 0.8
    assert min(recovery.areas) >= 0.65


def test_the_score_ranks_work_by_rule_above_judgement_in_processes_of_another_kind_too() -> None:
    recovery = measure_recovery(2, cases=150, kind="blocks")

    assert recovery.mean >= 0.8
    assert min(recovery.areas) >= 0.65


def test_the_score_ranks_what_machines_do_above_what_people_do() -> None:
    recovery = measure_recovery(2, cases=150, kind="offices")

    assert recovery.mean >= 0.8
    assert min(recovery.areas) >= 0.65


def test_the_order_that_intervals_of_rank_call_sure_is_right() -> None:
    found = [look_at(seed, kind="offices", sight="all") for seed in range(4)]

    sure, right = sum(each.sure for each in found), sum(each.right for each in found)
    assert sure >= 20
    assert right / sure >= 0.95


def test_a_clock_of_days_makes_the_scores_less_sure() -> None:
    fine, coarse = (look_at(2, kind="offices", sight=sight) for sight in ("all", "days"))

    assert coarse.width > 1.5 * fine.width
    assert coarse.sure < fine.sure


def test_a_seed_gives_the_same_process_again_and_both_kinds_of_work() -> None:
    process = seed_process(7, cases=20)

    assert process == seed_process(7, cases=20)
    assert process != seed_process(8, cases=20)
    assert 0 < len(process.by_rule) < len(process.works)


def test_the_written_log_does_not_tell_who_did_the_work(tmp_path: Path) -> None:
    text = write_csv(seed_process(1, cases=20), tmp_path / "log.csv").read_text(encoding="utf-8")

    assert text.splitlines()[0] == "case,activity,time,copied"
    assert "SYSTEM" not in text
    assert "person" not in text


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order() -> None:
    scores = {"a": 3.0, "b": 1.0, "c": 2.0, "d": 1.0}

    assert area_under_curve(scores, frozenset({"a", "b"})) == (2 + 0.5) / 4


def test_the_norms_in_use_are_those_of_the_public_logs(test_data: Path) -> None:
    found = measured_values([test_data / "logs" / name for name in PUBLIC_LOGS])

    for feature in found:
        at_zero, at_one = NORMS[feature]
        is_time = feature in BY_LOGARITHM
        ends = norms_of(found[feature], falls=at_zero > at_one, is_time=is_time)
        assert ends == pytest.approx((at_zero, at_one), abs=0 if is_time else 0.051), feature
