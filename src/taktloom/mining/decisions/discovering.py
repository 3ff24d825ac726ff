# SPDX-License-Identifier: Apache-2.0
"""Decision mining: the rule behind each exclusive split, if the data knows one.

For each split a shallow tree is fitted to what was known before the choice and judged on cases it has not seen (five
folds, whole cases dealt in turn), always as the rule list that a decision table would hold. A rule is accepted when
it is right at least 5 points more often than always choosing the branch that was commonest in training.
Sources: Rozinat & van der Aalst, BPM 2006; de Leoni & van der Aalst, "Data-aware process mining", SAC 2013.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import polars as pl

from taktloom.mining.conformance.process_net import ProcessNet
from taktloom.mining.decisions.cart import Codes, Feature, NumberFeature, TreeLimits, grow_tree
from taktloom.mining.decisions.choices import GatewayChoices, find_choices
from taktloom.mining.decisions.known_values import KnownValues
from taktloom.mining.decisions.rule_list import RuleList, predict, rules_of
from taktloom.model.identifiers import ElementId

FOLDS = 5
LEAST_GAIN = 0.05
LEAST_CHOICES = 50
VALIDATION = f"{FOLDS}-fold cross-validation, whole cases dealt to the folds in turn"


class Verdict(StrEnum):
    """What the data says about a split."""

    RULE = "rule"
    NO_RULE = "no-rule"
    TOO_FEW = "too-few-choices"
    NO_ATTRIBUTES = "no-attributes"
    ONE_BRANCH = "one-branch"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MinedDecision:
    """What was found at one gateway.

    choices: how often the split was passed; branch_counts: per flow, in the order of *flows*. accuracy, majority:
    shares of held-out choices foretold by the rules and by the commonest branch, None when not tested. rules: over
    *features*, fitted to all choices; None unless the verdict is RULE.
    """

    gateway: ElementId
    flows: tuple[ElementId, ...]
    verdict: Verdict
    choices: int
    branch_counts: tuple[int, ...]
    accuracy: float | None = None
    majority: float | None = None
    rules: RuleList | None = None
    features: Mapping[str, Feature]
    validation: str = VALIDATION

    @property
    def gain(self) -> float | None:
        """accuracy − majority."""
        return None if self.accuracy is None or self.majority is None else self.accuracy - self.majority


def mine_decisions(
    events: pl.DataFrame, process: ProcessNet, *, report: Callable[[int, int], None] | None = None
) -> tuple[MinedDecision, ...]:
    """Mine every exclusive split of *process*, in its order.

    events: columns `case_id`, `activity`, and the attributes `case.*`, `event.*`; rows of a case together, by time.
    report: hears how many splits of how many are done; what it raises ends the mining.
    """
    known, found = KnownValues(events), []
    splits = find_choices(events, process)
    for done, choices in enumerate(splits.values()):
        if report is not None:
            report(done, len(splits))
        found.append(_mine(choices, known))
    return tuple(found)


def _mine(choices: GatewayChoices, known: KnownValues) -> MinedDecision:
    counts = np.bincount(choices.taken, minlength=len(choices.flows))
    if np.count_nonzero(counts) < 2:
        return _without_rule(choices, Verdict.ONE_BRANCH)
    if choices.taken.size < LEAST_CHOICES:
        return _without_rule(choices, Verdict.TOO_FEW)
    features = known.before(choices.cases, choices.positions)
    if not features:
        return _without_rule(choices, Verdict.NO_ATTRIBUTES)
    accuracy, majority = _judge(choices, features)
    rules = _fit(features, choices.taken, len(choices.flows))
    accepted = accuracy - majority >= LEAST_GAIN and bool(rules.features)
    return MinedDecision(
        gateway=choices.gateway,
        flows=choices.flows,
        verdict=Verdict.RULE if accepted else Verdict.NO_RULE,
        choices=choices.taken.size,
        branch_counts=tuple(counts.tolist()),
        accuracy=accuracy,
        majority=majority,
        rules=rules if accepted else None,
        features={feature.name: feature for feature in features if feature.name in rules.features},
    )


def _without_rule(choices: GatewayChoices, verdict: Verdict) -> MinedDecision:
    counts = np.bincount(choices.taken, minlength=len(choices.flows))
    return MinedDecision(
        gateway=choices.gateway,
        flows=choices.flows,
        verdict=verdict,
        choices=choices.taken.size,
        branch_counts=tuple(counts.tolist()),
        features={},
    )


def _limits(rows: int) -> TreeLimits:
    return TreeLimits(leaf_rows=max(5, rows // 100))


def _fit(features: tuple[Feature, ...], taken: Codes, branches: int) -> RuleList:
    return rules_of(grow_tree(features, taken, class_count=branches, limits=_limits(taken.size)))


def _judge(choices: GatewayChoices, features: tuple[Feature, ...]) -> tuple[float, float]:
    """Accuracy of the rules and of the commonest branch over all folds."""
    fold = np.unique(choices.cases, return_inverse=True)[1] % FOLDS
    right = common = 0
    by_name = {feature.name: feature for feature in features}
    for held_out in range(FOLDS):
        train, test = np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out)
        taken = choices.taken[train]
        if test.size == 0 or taken.size == 0:
            continue
        rules = _fit(tuple(_rows_of(feature, train) for feature in features), taken, len(choices.flows))
        right += int((predict(rules, by_name, test) == choices.taken[test]).sum())
        common += int((choices.taken[test] == np.bincount(taken).argmax()).sum())
    return right / choices.taken.size, common / choices.taken.size


def _rows_of(feature: Feature, rows: Codes) -> Feature:
    if isinstance(feature, NumberFeature):
        return replace(feature, values=feature.values[rows])
    return replace(feature, codes=feature.codes[rows])
