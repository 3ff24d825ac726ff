# SPDX-License-Identifier: Apache-2.0
"""Logs in Python: frames, results that show themselves, files; texts of a log are never markup."""

import json
from pathlib import Path

import polars as pl
import pytest

import taktloom
from taktloom.app.analyses.records import AnalysisParameterError
from taktloom.app.notebooks import Log
from taktloom.app.potential import PotentialRecord
from taktloom.app.review_records import ReviewRecord
from taktloom.mining.logs.errors import MalformedRecordError
from taktloom.model.errors import NotFoundError, TaktloomError

EVIL = "<script>alert(1)</script>"
ROWS = "case,activity,time\n" + "".join(
    f"c{case},{activity},2026-01-01T0{hour}:00:00Z\n"
    for case in range(6)
    for hour, activity in enumerate(("a", EVIL if case < 4 else "b", "c"))
)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    file: Path = tmp_path_factory.mktemp("notebooks") / "log.csv"
    file.write_text(ROWS, encoding="utf-8")
    return taktloom.read_log(file)


def test_type_checkers_know_the_names_of_the_package() -> None:
    stub = Path(taktloom.__file__).with_suffix(".pyi").read_text(encoding="utf-8")

    assert f"__all__ = {json.dumps(taktloom.__all__)}" in stub


def test_a_log_gives_its_events_cases_and_variants_as_frames(log: Log) -> None:
    assert repr(log) == "<Log of 6 cases, 18 events, 4 activities>"
    assert log.events()["activity"].n_unique() == 4
    assert log.cases().height == 6
    assert log.variants().select("cases", "activities").rows() == [(4, ["a", EVIL, "c"]), (2, ["a", "b", "c"])]


def test_a_part_of_a_log_is_a_log_and_parts_of_parts_too(log: Log) -> None:
    having = {"steps": [{"keep": "cases", "where": {"type": "having", "activities": ["b"]}}]}
    short = {"steps": [{"keep": "cases", "where": {"type": "length", "at_most": 2}}]}

    assert log.filtered(having).cases().height == 2
    assert log.filtered(having).filtered(short).cases().height == 0
    with pytest.raises(MalformedRecordError):
        log.filtered({"steps": [{"keep": "everything"}]})


def test_a_result_is_typed_has_frames_and_is_saved_by_the_files_name(log: Log, tmp_path: Path) -> None:
    found = log.analyse("rules", rule=["exists: b"])

    assert found.frame.row(0)[:3] == ("exists 1: b", 2, 4)
    assert list(found.frames) == ["Rules", "Cases", "Violations"]
    assert isinstance(found.frames["Violations"], pl.DataFrame)
    assert found.save(tmp_path / "verdicts.csv").read_bytes().startswith(b"\xef\xbb\xbfcase")
    page = log.analyse("dotted").save(tmp_path / "dots.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    with pytest.raises(NotFoundError):
        found.save(tmp_path / "picture.png")
    with pytest.raises(AnalysisParameterError):
        log.analyse("rules")


def test_a_dotted_chart_tells_what_it_was_thinned_from(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("case,activity,time\n" + "".join(f"c{n % 60},a,2026-01-01T00:00:00Z\n" for n in range(240)))

    data = taktloom.read_log(file).analyse("dotted", marks=100).data

    assert isinstance(data, dict)
    assert (data["cases"], data["events"], len(data["line"])) == (60, 240, 80)


def test_estimated_starts_say_how_many_are_only_usual(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    took = [1, 1, 1, 1, 20]  # hours; each case has a clerk of its own, so that only the last is over twice the median
    rows = [
        f"c{n},a,2026-01-01T00:00:00Z,p{n}\nc{n},b,2026-01-01T{hour:02}:00:00Z,p{n}\n" for n, hour in enumerate(took)
    ]
    file.write_text("case,activity,time,resource\n" + "".join(rows))

    notes = taktloom.read_log(file).analyse("waiting", starts="estimated").notes

    assert "1 starts were estimated from the usual time of work." in notes


def test_what_a_notebook_shows_holds_no_markup_of_the_log(log: Log) -> None:
    shown = [log._repr_html_(), log.analyse("declare")._repr_html_(), log.analyse("dotted")._repr_html_()]

    assert not [text for text in shown if "<script" in text]
    assert "&lt;script&gt;" in shown[1]


def test_a_file_that_is_no_log_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "no.csv").write_text("nothing", encoding="utf-8")

    with pytest.raises(TaktloomError):
        taktloom.read_log(tmp_path / "no.csv")


def test_review_map_and_potential_tell_what_the_commands_tell(log: Log, tmp_path: Path) -> None:
    rates = tmp_path / "rates.json"
    rates.write_text('{"currency": "EUR", "default": 60}')
    part = log.filtered({"steps": [{"keep": "cases", "where": {"type": "having", "activities": ["b"]}}]})

    review, drawn, potential = part.review(), part.map(), part.potential(rates=rates)

    assert isinstance(review.data, ReviewRecord)
    assert (review.data.cases, review.data.events) == (2, 6)
    assert drawn.frame.select("source", "target", "events").rows() == [("a", "b", 2), ("b", "c", 2)]
    assert drawn.save(tmp_path / "map.svg").read_text(encoding="utf-8").startswith("<svg")
    assert isinstance(potential.data, PotentialRecord)
    assert potential.frame["activity"].sort().to_list() == ["a", "b", "c"]
    assert set(potential.frames) == {"Potential", "Contributions"}
    whole = [log.review(), log.map(activities=0.5), log.potential()]
    assert all("<script" not in result._repr_html_() for result in whole)
    assert EVIL in log.potential().frame["activity"].to_list()
