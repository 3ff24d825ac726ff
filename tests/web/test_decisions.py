# SPDX-License-Identifier: Apache-2.0
"""Decisions over REST: one input and many, explained; test cases; deployed versions; expressions."""

from typing import Any

import pytest

from tests.decisions.models import risk_model
from tests.web.client import Client

MODEL = risk_model()
INPUTS = {"cost": 7000, "zone": "inner"}


def batch(client: Client, inputs: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    body = {"dmn_xml": MODEL, "decision_id": "risk", "inputs": inputs, **more}
    results: list[dict[str, Any]] = client.post("/models/evaluations", body)["results"]
    return results


@pytest.fixture
def deployed(admin: Client) -> Client:
    """A client of a server with the risk model deployed twice, the second time with another last rule."""
    for text in (MODEL, risk_model(last_rule="&lt; 500")):
        answer = admin.call("POST", "/deployments", files={"files": ("permit.dmn", text.encode())})
        assert answer.status_code == 201, answer.text
    return admin


def test_an_evaluation_tells_inputs_rules_and_warnings(deployed: Client) -> None:
    answer = deployed.post("/decisions/fee/evaluations", {"inputs": INPUTS})

    risk, fee = answer["trace"]
    assert answer["value"] == 70
    assert risk["inputs"] == {"cost": 7000, "zone": "inner", "asked on": None}
    assert risk["matches"][0]["rules"] == [{"number": 1, "id": "r1", "annotation": "12/12", "outputs": {"": '"high"'}}]
    assert fee["inputs"] == {"cost": 7000, "Risk": "high"}
    assert deployed.post("/decisions/risk/evaluations", {"inputs": {"zone": "moon"}})["warnings"][0]["kind"]


def test_a_version_can_be_named(deployed: Client) -> None:
    values = [
        deployed.post("/decisions/risk/evaluations", {"inputs": {"cost": 800}, "version": version})["value"]
        for version in (1, 2, None)
    ]

    assert values == ["low", None, None]
    assert deployed.call("POST", "/decisions/risk/evaluations", json={"version": 3}).status_code == 404


def test_one_bad_input_of_a_batch_does_not_break_the_others(admin: Client) -> None:
    results = batch(admin, [INPUTS, {"cost": {"@type": "date", "value": "yesterday"}}, {"cost": 1}])

    assert [result["value"] for result in results] == ["high", None, "low"]
    assert [result["problem"] and result["problem"]["code"] for result in results] == [None, "TL-2301", None]


def test_a_deployed_decision_takes_batches_too(deployed: Client) -> None:
    body = {"inputs": [INPUTS, {"cost": 800}], "version": 1}

    results = deployed.post("/decisions/risk/evaluations/batch", body)["results"]

    assert [result["value"] for result in results] == ["high", "low"]


def test_more_than_ten_thousand_inputs_are_refused(admin: Client) -> None:
    body = {"dmn_xml": MODEL, "decision_id": "risk", "inputs": [{}] * 10_001}

    assert admin.call("POST", "/models/evaluations", json=body).status_code == 422


def test_a_decision_that_the_text_lacks_is_404_even_without_inputs(admin: Client) -> None:
    body = {"dmn_xml": MODEL, "decision_id": "nobody", "inputs": []}

    assert admin.call("POST", "/models/evaluations", json=body).status_code == 404


def test_a_text_is_described_with_its_test_cases(admin: Client) -> None:
    risk, fee = admin.post("/models/decisions", {"dmn_xml": MODEL})["decisions"]

    assert [field["name"] for field in risk["interface"]["inputs"]] == ["cost", "zone", "asked on"]
    assert risk["interface"]["inputs"][1]["choices"] == ['"inner"', '"outer"']
    assert risk["cases"] == [
        {"id": "a", "name": "big", "inputs": {"cost": "7000", "zone": '"inner"'}, "expected": {"": '"high"'}}
    ]
    assert [field["name"] for field in fee["interface"]["inputs"]] == ["cost", "zone", "asked on"]


def test_cases_run_with_outcomes_and_hits_of_each_rule(admin: Client) -> None:
    cases = [
        {"id": "1", "inputs": {"cost": "7000", "zone": '"inner"'}, "expected": {"": '"high"'}},
        {"id": "2", "inputs": {"cost": "7000", "zone": '"inner"'}, "expected": {"": '"low"'}},
        {"id": "3", "inputs": {"cost": "oops +"}},
    ]

    report = admin.post("/models/decision-tests", {"dmn_xml": MODEL, "decision_id": "risk", "cases": cases})

    assert [outcome["status"] for outcome in report["outcomes"]] == ["passed", "failed", "broken"]
    assert report["outcomes"][1]["checks"] == [{"name": "", "expected": '"low"', "actual": '"high"', "is_met": False}]
    assert (report["outcomes"][2]["column"], report["outcomes"][2]["problem"]["code"]) == ("cost", "TL-1301")
    assert [rule["hits"] for rule in report["rules"]] == [2, 0, 0, 0]
    assert report["counts"] == {"passed": 1, "failed": 1, "unchecked": 0, "broken": 1}


def test_cases_are_proposed_from_the_rules(admin: Client) -> None:
    cases = admin.post("/models/decision-cases", {"dmn_xml": MODEL, "decision_id": "risk"})["cases"]

    assert [case["expected"] for case in cases] == [{"": f'"{word}"'} for word in ("high", "middle", "special", "low")]


def test_a_deployed_decision_has_versions_an_interface_and_counts(deployed: Client) -> None:
    detail = deployed.get("/decisions/risk", params={"version": 1})

    assert [version["version"] for version in detail["versions"]] == [2, 1]
    assert (detail["deployed"]["version"], detail["interface"]["name"]) == (1, "Risk")
    assert (detail["hits"]["evaluations"], detail["hits"]["rules"]) == (0, {})
    assert "decisionTable" in deployed.call("GET", "/decisions/risk/versions/2/dmn").text
    assert deployed.call("GET", "/decisions/nobody").status_code == 404


def test_deploying_and_checking_warn_of_failing_test_cases(admin: Client) -> None:
    failing = risk_model(expected="low").encode()

    answer = admin.call("POST", "/deployments", files={"files": ("permit.dmn", failing)}).json()
    checked = admin.post("/models/check", {"bpmn_xml": "<x/>", "dmn_xml": failing.decode()})["findings"]

    assert [finding["rule"] for finding in answer["findings"]] == ["decision-test-failed"]
    assert answer["findings"][0]["place"]["element_id"] == "risk"
    assert "decision-test-failed" in {finding["rule"] for finding in checked}


def test_an_expression_gives_value_text_and_warnings_or_the_place_of_the_mistake(admin: Client) -> None:
    body = {"expression": "sum(prices) * rate", "context": {"prices": [1, 2]}}

    result = admin.post("/expressions/evaluations", body)
    day = admin.post("/expressions/evaluations", {"expression": 'date("2026-01-31")'})
    mistake = admin.call("POST", "/expressions/evaluations", json={"expression": "1 + + 2"})

    assert (result["value"], result["text"]) == (None, "null")
    assert (result["warnings"][0]["kind"], result["warnings"][0]["position"]) == ("unknown-name", 14)
    assert day["text"] == '@"2026-01-31"'
    assert (mistake.status_code, mistake.json()["parameters"]["position"]) == (422, "4")
