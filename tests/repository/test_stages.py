# SPDX-License-Identifier: Apache-2.0
"""`./taktloom test` runs everything in order and tells at the end what failed."""

import pytest

import stages
from setup_environment import PROJECT_ROOT
from stages import Outcome, Result, Stage


def test_the_stages_run_in_the_order_of_the_contributing_guide() -> None:
    names = [stage.name for stage in stages.STAGES]

    assert names == [
        *["format", "lint", "types", "imports", "unit"],
        *["conformance", "reliability", "browser", "ui", "docs"],
    ]


def test_a_failing_stage_does_not_stop_the_later_ones(capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[str] = []

    code = stages._run(
        [], program="test", stages=[_stage("one", Outcome.FAILED, ran), _stage("two", Outcome.PASSED, ran)]
    )

    assert code == 1
    assert ran == ["one", "two"]
    assert "== failed: one" in capsys.readouterr().out


def test_only_the_named_stages_run_and_pytest_gets_what_follows_the_dashes() -> None:
    ran: list[str] = []
    chosen = [_stage("one", Outcome.PASSED, ran), _stage("two", Outcome.PASSED, ran)]

    code = stages._run(["--only", "two", "--", "-k", "name"], program="test", stages=chosen)

    assert code == 0
    assert ran == ["two -k name"]


def test_an_unknown_stage_is_wrong_usage_and_the_known_ones_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        stages.run_test(["--only", "unti"])

    assert caught.value.code == 2
    assert "no such stage: unti; there are format, lint" in capsys.readouterr().err


def test_the_summary_has_a_line_with_a_time_for_each_stage() -> None:
    results = [
        Result(name="lint", outcome=Outcome.PASSED, seconds=0.4),
        Result(name="browser", outcome=Outcome.NOTHING, seconds=1.0),
    ]

    lines = stages.summary(results).splitlines()

    assert lines[2].split() == ["lint", "passed", "0.4", "s"]
    assert lines[3].split() == ["browser", "nothing", "to", "run", "1.0", "s"]
    assert lines[-1] == "== nothing failed; nothing to run: browser (1.4 s)"


@pytest.mark.parametrize(
    ("marker", "paths"), [("reliability", stages.RELIABILITY_PATHS), ("browser", stages.BROWSER_PATHS)]
)
def test_a_stage_that_looks_at_some_folders_only_finds_all_of_its_tests(marker: str, paths: tuple[str, ...]) -> None:
    marked = [
        path.relative_to(PROJECT_ROOT)
        for path in sorted((PROJECT_ROOT / "tests").rglob("test_*.py"))
        if f"mark.{marker}" in path.read_text(encoding="utf-8")
    ]

    assert marked
    assert [path for path in marked if not any(path.is_relative_to(folder) for folder in paths)] == []


def _stage(name: str, outcome: Outcome, ran: list[str]) -> Stage:
    def run(arguments: object) -> Outcome:
        ran.append(" ".join([name, *arguments]) if isinstance(arguments, list) else name)
        return outcome

    return Stage(name=name, run=run)
