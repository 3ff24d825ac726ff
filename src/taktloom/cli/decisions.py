# SPDX-License-Identifier: Apache-2.0
"""`taktloom decide`, `feel`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taktloom.app import decision_tests, decisions
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.app.decisions import Answer
from taktloom.cli.decision_inputs import DecisionInputs, read_decision_inputs
from taktloom.cli.failures import REFUSED
from taktloom.cli.models import read_file
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, print_json, print_table, progress_bar, remark, say
from taktloom.cli.variables import VarOption, read_variables
from taktloom.model.errors import MisuseError

if TYPE_CHECKING:
    from taktloom.decisions import ExplainedDecision

decision_commands = typer.Typer()

_LONG = 500  # inputs from which on a bar is shown

InputOption = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "--var",
        "-i",
        help="name=value, repeatable; or a file: JSON, JSON lines (.jsonl), CSV. A list is a batch.",
    ),
]
FileOption = Annotated[Path | None, typer.Option("--inputs", "--vars", help="The same as --input FILE.")]


@calls(
    decisions.evaluate_file,
    decisions.evaluate_file_batch,
    decisions.evaluate_decision,
    decisions.evaluate_decision_batch,
    decision_tests.run_file_tests,
)
def decide(
    model: Annotated[str, typer.Argument(help="A DMN file, or - for a deployed decision.")],
    decision: Annotated[str | None, typer.Option(help="Id or name of the decision.")] = None,
    inputs: InputOption = None,
    inputs_file: FileOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print inputs used, rules matched and warnings.")] = False,
    test: Annotated[
        bool, typer.Option("--test", help="Run the test cases kept in the file; exit 1 on a failure.")
    ] = False,
    version: Annotated[
        int | None, typer.Option(help="Version of the deployed decision; the newest if left out.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate a decision for one input or a batch, or run its test cases.

    Example: taktloom decide permit.dmn --decision risk --input cost=80000 --explain

    Example: taktloom decide permit.dmn --decision risk --input cases.csv --json

    Example: taktloom decide permit.dmn --test
    """
    with opened(data) as context:
        if test:
            _test(context, model, decision, as_json=as_json)
            return
        if decision is None:
            raise MisuseError("No decision is named.", remedy="Add --decision with its id or name.")
        given = read_decision_inputs(inputs, inputs_file)
        ask = _Question(context, model, decision, version)
        if given.is_batch:
            _print_batch(ask.batch(given), explain=explain, as_json=as_json)
        else:
            _print_one(ask.one(given), explain=explain, as_json=as_json)


class _Question:
    """Which decision is asked: of a file, or a deployed one."""

    def __init__(self, context: Context, model: str, decision: str, version: int | None) -> None:
        self.context, self.decision, self.version = context, decision, version
        self.content = None if model == "-" else read_file(Path(model))

    def one(self, given: DecisionInputs) -> Answer:
        """The answer to one input."""
        values = given.single()
        if self.content is None:
            return decisions.evaluate_decision(
                self.context, decision_id=self.decision, inputs=values, version=self.version
            )
        return decisions.evaluate_file(self.context, content=self.content, decision_id=self.decision, inputs=values)

    def batch(self, given: DecisionInputs) -> tuple[Answer, ...]:
        """The answer to each input; a bar is shown for many."""
        if len(given.rows) < _LONG:
            return self._batch(given, lambda done: None)
        with progress_bar("deciding") as report:
            return self._batch(given, lambda done: report("inputs", done, len(given.rows)))

    def _batch(self, given: DecisionInputs, progress: Callable[[int], None]) -> tuple[Answer, ...]:
        context, decision, rows = self.context, self.decision, given.rows
        if self.content is not None:
            return decisions.evaluate_file_batch(
                context, content=self.content, decision_id=decision, inputs=rows, progress=progress
            )
        return decisions.evaluate_decision_batch(
            context, decision_id=decision, inputs=rows, version=self.version, progress=progress
        )


def _print_one(answer: Answer, *, explain: bool, as_json: bool) -> None:
    if as_json:
        print_json({"value": answer.value, "warnings": answer.warnings, "trace": answer.trace})
        return
    print_json(answer.value)
    if explain:
        for made in answer.trace:
            _explain(made)
        for warning in answer.warnings:
            say(f"warning {warning.kind.value}: {warning.message}")


def _explain(made: "ExplainedDecision") -> None:
    from taktloom.decisions import literal

    say(f"{made.name} = {literal(made.value)}")
    for name, value in made.inputs.items():
        say(f"  from {name} = {literal(value)}")
    for match in made.matches:
        for rule in match.rules:
            outputs = ", ".join(rule.outputs.values())
            say(f"  rule {rule.number}: {outputs}" + (f"  ({rule.annotation})" if rule.annotation else ""))
        if not match.rules:
            say("  no rule matched")


def _print_batch(answers: tuple[Answer, ...], *, explain: bool, as_json: bool) -> None:
    """A row for each input; exit code 1 when one of them could not be evaluated."""
    if as_json:
        print_json([_document(answer) for answer in answers])
    else:
        columns = ["input", "value", "rules", *(["warnings"] if explain else [])]
        print_table(
            columns, [_row(number, answer, explain) for number, answer in enumerate(answers, 1)], empty="No input."
        )
    failed = sum(answer.error is not None for answer in answers)
    if failed:
        remark(f"{failed} of {len(answers)} inputs could not be evaluated.")
        raise typer.Exit(REFUSED)


def _row(number: int, answer: Answer, explain: bool) -> list[object]:
    from taktloom.decisions import literal

    value = f"{answer.error.code}: {answer.error.cause}" if answer.error is not None else literal(answer.value)
    matches = answer.trace[-1].matches if answer.trace else ()
    rules = ", ".join(str(rule.number) for match in matches for rule in match.rules)
    row: list[object] = [number, value, rules or None]
    return [*row, "; ".join(warning.message for warning in answer.warnings) or None] if explain else row


def _document(answer: Answer) -> dict[str, object]:
    error = answer.error
    return {
        "value": answer.value,
        "warnings": answer.warnings,
        "trace": answer.trace,
        "error": None if error is None else {"code": error.code, "cause": error.cause, "remedy": error.remedy},
    }


def _test(context: Context, model: str, decision: str | None, *, as_json: bool) -> None:
    """Run the cases of a file and print those that do not pass."""
    if model == "-":
        raise MisuseError("Test cases are run from a file.", remedy="Name the DMN file.")
    reports = decision_tests.run_file_tests(context, content=read_file(Path(model)), decision_id=decision)
    if as_json:
        print_json({"decisions": [_report_document(report) for report in reports]})
    else:
        _print_reports(reports)
    if any(report.counts["failed"] or report.counts["broken"] for report in reports):
        raise typer.Exit(REFUSED)


def _print_reports(reports: tuple[decision_tests.CaseReport, ...]) -> None:
    if not any(report.outcomes for report in reports):
        say("The file holds no test cases. Add some in the editor's Tests tab below a decision.")
    for report in reports:
        counts = ", ".join(f"{count} {status}" for status, count in report.counts.items() if count)
        say(f"{report.interface.name}: {len(report.outcomes)} test cases, {counts or 'none run'}")
        for number, outcome in enumerate(report.outcomes, 1):
            if outcome.status in {"failed", "broken"}:
                say(f"  {outcome.status} {number} {outcome.case.name}: {_reason(outcome)}")
        never = [str(rule.number) for rule in report.rules if not rule.hits]
        if never:
            say(f"  rules that no case matches: {', '.join(never)}")


def _reason(outcome: decision_tests.CaseOutcome) -> str:
    if outcome.error is not None:
        return f"{outcome.column}: {outcome.error.cause}" if outcome.column is not None else outcome.error.cause
    missed = [check for check in outcome.checks if not check.is_met]
    return "; ".join(f"{check.name or 'value'} is {check.actual}, expected {check.expected}" for check in missed)


def _report_document(report: decision_tests.CaseReport) -> dict[str, object]:
    return {
        "decision_id": report.interface.decision_id,
        "name": report.interface.name,
        "counts": report.counts,
        "rules": report.rules,
        "cases": [
            {
                "id": outcome.case.id,
                "name": outcome.case.name,
                "status": outcome.status,
                "checks": outcome.checks,
                "actual": outcome.actual,
                "warnings": outcome.warnings,
                "error": None if outcome.error is None else _reason(outcome),
            }
            for outcome in report.outcomes
        ],
    }


@decision_commands.command("feel")
@calls(decisions.evaluate_expression)
def feel(
    expression: Annotated[str, typer.Argument(help="A FEEL expression.")],
    variables: VarOption = None,
    context_file: Annotated[Path | None, typer.Option("--context", help="JSON file with the variables.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate a FEEL expression.

    Example: taktloom feel 'sum(prices) * 1.21' --var 'prices=[1, 2]'
    """
    given = read_variables(variables, context_file)
    with opened(data) as context:
        result = decisions.evaluate_expression(context, expression=expression, variables=given)
        print_json({"value": result.value, "warnings": result.warnings} if as_json else result.value)
