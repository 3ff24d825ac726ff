# SPDX-License-Identifier: Apache-2.0
"""Prediction: next activity, remaining time and outcome of running cases, judged on the latest cases."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.explanation import arrays_of, require_known
from taktloom.app.analyses.records import (
    GREATEST_SEED,
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    OutputTable,
    parameter,
)
from taktloom.mining.prediction.tasks import Task, Verdict

if TYPE_CHECKING:
    from taktloom.mining.prediction.forecasting import HeldOutAnswers, Prediction
    from taktloom.mining.statistics.arrays import LogArrays

ANSWER_COLUMNS = ("case", "events so far", "answer", "margin", "truth")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictParameters:
    """What to foretell, and how often the interval or set shall hold the truth."""

    task: Task = parameter("What to foretell: next-activity, remaining-time or outcome.", default=Task.REMAINING_TIME)
    activity: str = parameter("Outcome: the activity that a case will still have or not.", default="")
    level: float = parameter("Share of answers that shall hold the truth.", default=0.9, least=0.5, most=0.99)
    seed: int = parameter("Where chance begins.", default=1, least=0, most=GREATEST_SEED)


_SAID = {
    Verdict.BEATS: "The learned model beats the better naive answer on the cases held out.",
    Verdict.WORSE: "The learned model is worse than the better naive answer on the cases held out: use the naive one.",
    Verdict.NO_DIFFERENCE: "The cases held out show no difference to the better naive answer: use the naive one.",
}
_BROKEN = (
    "The promise is not kept: the intervals or sets of the learned model held the truth less often than wanted, by "
    "more than the choice of cases explains. Do not rely on them."
)
_UNBOUNDED = "For some rows nothing finite can be promised from what was known then; the mean size leaves them out."
_DRAWN = "There are so many events and activities that a sample of the cases was drawn, to fit in memory."
_METHOD = (
    "Split by time: learned from earlier cases, calibrated on later ones, judged on the last fifth.",
    "Margins use only what was known when asked: truths that had come by then, late ones weighted up.",
    "The level aimed at follows the misses (adaptive conformal inference).",
    "Cases that were running when the parts begin teach nothing; every case counts as finished.",
)


def _predict(source: AnalysisInput, parameters: PredictParameters) -> AnalysisOutput:
    from taktloom.mining.prediction.forecasting import PredictionRequest, predict_log

    arrays = arrays_of(source)
    if parameters.task is Task.OUTCOME:
        require_known("activity", parameters.activity, arrays.activities)
    request = PredictionRequest(
        task=parameters.task, activity=parameters.activity, level=parameters.level, seed=parameters.seed
    )
    found, answers = predict_log(arrays, request)
    columns, rows = ANSWER_COLUMNS, _answer_rows(source, arrays, found, answers)

    def answers_csv() -> bytes:
        from taktloom.mining.logs.export import table_csv

        return table_csv(columns, rows)

    warned = (() if found.promise.is_kept else (_BROKEN,)) + ((_UNBOUNDED,) if found.promise.unbounded else ())
    is_sample = found.task is Task.NEXT_ACTIVITY and found.drawn_cases < found.cases
    notes = (_SAID[found.verdict], *warned, *((_DRAWN,) if is_sample else ()), *_METHOD)
    return AnalysisOutput(data=found, tables=_tables(found), notes=notes, files={"answers.csv": answers_csv})


def _tables(found: "Prediction") -> tuple[OutputTable, ...]:
    losses = tuple((each.method, each.loss) for each in (*found.naive, found.model))
    interval = found.gain_interval
    gain = (found.gain, interval and interval.low, interval and interval.high, found.held_out_cases)
    coverages = tuple((each.from_length, each.rows, each.coverage, each.size) for each in found.coverages)
    promises = tuple(
        (
            each.method, found.level, each.coverage, each.interval and each.interval.low,
            each.interval and each.interval.high, each.is_kept, each.size, each.unbounded,
        )
        for each in found.promises
    )  # fmt: skip
    return (
        OutputTable(title="Methods", columns=("method", found.measure), rows=losses, words=("method",)),
        OutputTable(title="Gain", columns=("gain", "low", "high", "cases held out"), rows=(gain,)),
        OutputTable(
            title="Promise",
            columns=("method", "wanted", "coverage", "low", "high", "promise kept", "size", "without a bound"),
            rows=promises,
            words=("method",),
        ),
        OutputTable(title="Coverage", columns=("from event", "rows", "coverage", "size"), rows=coverages),
    )


def _answer_rows(
    source: AnalysisInput, arrays: "LogArrays", found: "Prediction", answers: "HeldOutAnswers"
) -> tuple[tuple[object, ...], ...]:
    ids = source.log.case_table()["case_id"].to_list()
    labels = [*arrays.activities, "(end)"]
    named = found.task is Task.NEXT_ACTIVITY
    columns = (answers.case, answers.length, answers.answer, answers.margin, answers.truth)
    return tuple(
        (ids[case], length, labels[int(answer)] if named else answer, margin, labels[int(truth)] if named else truth)
        for case, length, answer, margin, truth in zip(*(column.tolist() for column in columns), strict=True)
    )


ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="predict",
        summary="Foretell next activity, remaining time or outcome, and whether that beats a naive answer.",
        example="receipt.csv --timezone Europe/Amsterdam --task remaining-time -o answers.csv",
        parameters=PredictParameters,
        run=_predict,
    ),
)
