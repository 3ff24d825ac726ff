# SPDX-License-Identifier: Apache-2.0
"""Numbers that the documentation states are those of the code: weights, limits, defaults, roles and scopes."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from taktloom.app.settings import Settings
from taktloom.assure.identity import FAILURES_PER_ADDRESS, FAILURES_PER_USER, THROTTLE_WINDOW
from taktloom.assure.passwords import MIN_LENGTH
from taktloom.assure.permissions import Role, Scope
from taktloom.assure.records import ONE_TIME_LIFETIME, SESSION_LIFETIME
from taktloom.evidence.resampling import DEFAULT_REPLICATES
from taktloom.insight.cycle_times import NEEDED
from taktloom.mining.decisions.cart import TreeLimits
from taktloom.mining.decisions.discovering import FOLDS, LEAST_CHOICES, LEAST_GAIN, Verdict
from taktloom.mining.decisions.known_values import MAX_CATEGORIES
from taktloom.mining.discovery.inductive import DEFAULT_NOISE
from taktloom.mining.quality.card import WEIGHTS as QUALITY_WEIGHTS
from taktloom.mining.statistics.rubber_stamps import LIMIT_S
from taktloom.programme.draft import COVERAGE, LEAST_CASE_SHARE, LEAST_FITNESS, NOISE_LADDER
from taktloom.programme.policy import DEFAULT_POLICY, KIND_OF, Feature, PotentialClass
from tests.data import PROJECT_ROOT

EXPLANATION = PROJECT_ROOT / "docs" / "explanation"
WORDS = {3: "three", 5: "five", 10: "ten", 50: "fifty"}


def test_the_formula_of_the_potential_has_the_norms_and_weights_of_the_policy() -> None:
    text = (EXPLANATION / "potential.md").read_text(encoding="utf-8")
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    rows = {row[1]: row for row in cells if len(row) == 6 and row[1] != "Feature"}

    assert set(rows) == {feature.value.replace("_", " ") for feature in Feature}
    for feature, ends in DEFAULT_POLICY.norms.items():
        row = rows[feature.value.replace("_", " ")]
        assert row[0] == KIND_OF[feature].value.replace("_", " ")
        assert (row[3], row[4]) == tuple(f"{one:g}" for one in ends)
    assert set(DEFAULT_POLICY.weights.values()) == {0.2}
    assert "0.2 for each kind" in text


def test_the_classes_of_the_potential_have_the_limits_of_the_policy() -> None:
    text = _text(EXPLANATION / "potential.md")

    assert all(f"| {one.value.replace('-', ' ').replace('an api', 'an API')} |" in text for one in PotentialClass)
    assert f"fewer than {DEFAULT_POLICY.least_events} events" in text
    assert f"at least {DEFAULT_POLICY.eliminate_rubber_stamps:g} of its events are rubber stamps" in text
    assert f"accuracy of {DEFAULT_POLICY.rule_accuracy:g} or more" in text
    assert f"score of {DEFAULT_POLICY.api_score:g} or more" in text
    assert f"at least {DEFAULT_POLICY.api_events_per_month:g} events per month" in text
    assert f"standardisation of {DEFAULT_POLICY.api_standardisation:g} or more" in text
    assert f"rework of at most {DEFAULT_POLICY.api_rework:g}" in text
    assert f"score of {DEFAULT_POLICY.assist_score:g} or more" in text
    assert (DEFAULT_POLICY.already_automated, DEFAULT_POLICY.rule_hours, DEFAULT_POLICY.api_hours) == (0.5, 0.5, 1.0)
    assert f"{DEFAULT_REPLICATES} times" in text
    assert f"log(1 + {DEFAULT_POLICY.full_volume_per_month:,.0f})" in text


def test_the_quality_score_has_the_weights_of_the_card() -> None:
    rows = dict(_first_two_columns(EXPLANATION / "quality-score.md"))

    assert {name: rows[name] for name in QUALITY_WEIGHTS} == {name: str(one) for name, one in QUALITY_WEIGHTS.items()}


def test_the_rule_of_five_points_is_the_rule_of_the_code() -> None:
    text = _text(EXPLANATION / "decision-mining.md")

    assert f"at least **{LEAST_GAIN:.2f}**" in text
    assert f"at most {WORDS[TreeLimits().depth]} questions" in text
    assert f"{WORDS[FOLDS].capitalize()} folds" in text
    assert f"fewer than {LEAST_CHOICES} observations" in text
    assert f"{MAX_CATEGORIES} commonest values" in text
    assert all(f"| `{verdict.value}` |" in text for verdict in Verdict)


def test_discovery_and_drafts_state_their_thresholds() -> None:
    discovery, draft = _text(EXPLANATION / "discovery.md"), _text(EXPLANATION / "from-log-to-draft.md")

    assert f"default {DEFAULT_NOISE:g}" in discovery
    assert "begins at 0.2 and takes 0.1, 0.05 and 0 " in discovery
    assert NOISE_LADDER == (0.2, 0.1, 0.05, 0.0)
    assert (
        f"fitness of at least {LEAST_FITNESS:g}, and {COVERAGE - 0.01:.0%} of the events".replace("%", " %")
        in discovery
    )
    assert f"{LEAST_CASE_SHARE:.0%} of the cases".replace("%", " %") in draft
    assert f"{COVERAGE:.0%} of the events".replace("%", " %") in draft


def test_rubber_stamps_and_comparisons_state_their_limits() -> None:
    assert f"under {LIMIT_S} s" in _text(EXPLANATION / "rubber-stamps.md")
    assert f"Below {NEEDED} finished cases" in _text(PROJECT_ROOT / "docs" / "tutorials" / "first-walk.md")


def test_the_security_model_states_the_limits_roles_and_scopes_of_the_code() -> None:
    text = _text(EXPLANATION / "security.md")

    assert f"at least {MIN_LENGTH} characters" in text
    assert f"lives {ONE_TIME_LIFETIME.seconds // 60} minutes" in text
    assert f"{WORDS[FAILURES_PER_USER].capitalize()} failed attempts" in text
    assert f"{WORDS[FAILURES_PER_ADDRESS]} from an address, within {THROTTLE_WINDOW.seconds // 60} minutes" in text
    assert f"at most {SESSION_LIFETIME.days} days" in text
    assert re.findall(r"^\| `([a-z-]+)` \|", (EXPLANATION / "security.md").read_text("utf-8"), flags=re.MULTILINE) == [
        *(role.value for role in Role),
        *(scope.value for scope in Scope),
    ]


@pytest.mark.parametrize("setting", [field.name for field in fields(Settings)])
def test_every_setting_is_documented_with_its_default(setting: str) -> None:
    rows = dict(_first_two_columns(PROJECT_ROOT / "docs" / "reference" / "configuration.md"))
    default = getattr(Settings(), setting)
    shown = "" if default is None else str(default).lower() if isinstance(default, bool) else str(default)

    assert rows[f"`{setting}`"].strip("`").removeprefix("./") == shown


def _text(page: Path) -> str:
    return " ".join(page.read_text(encoding="utf-8").split())


def _first_two_columns(page: Path) -> list[tuple[str, str]]:
    return re.findall(r"^\| ([^|]+?) \| ?([^|]*?) ?\|", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
