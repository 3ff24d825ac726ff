# SPDX-License-Identifier: Apache-2.0
"""Decision tables over REST: checks with examples, spreadsheets in and out."""

from base64 import b64encode
from typing import Any

from taktloom.decisions.sheet_table import SheetOptions, read_sheet_table
from taktloom.formats.dmn import write_dmn
from taktloom.formats.sheets import read_csv, read_xlsx
from tests.web.client import Client

CSV = "U,in: Age,in: Member,out: Fee\n1,< 18,-,0\n2,>= 18,yes,5\n3,> 60,-,3\n"


def model() -> str:
    graph = read_sheet_table(read_csv(CSV.encode()), SheetOptions(name="Fee")).graph
    assert graph is not None
    return write_dmn(graph).decode()


def sheet(content: bytes, **more: Any) -> dict[str, Any]:
    return {"file_name": "fee.csv", "content": b64encode(content).decode(), **more}


def test_a_check_gives_findings_with_rules_examples_and_the_rule_that_is_missing(admin: Client) -> None:
    answer = admin.post("/decision-tables/checks", {"dmn_xml": model()})

    assert answer["findings"] == []
    (table,) = answer["tables"]
    assert (table["name"], table["rules"], table["cells"], table["is_complete"]) == ("Fee", 3, 6, True)
    overlap, gap = table["findings"]
    assert (overlap["finding"]["rule"], overlap["rules"]) == ("table-overlap", [2, 3])
    assert (gap["finding"]["rule"], gap["new_rule"]) == ("table-gap", ["[18..60]", "false"])
    assert [(part["expression"], part["value"], part["text"]) for part in gap["example"]] == [
        ("Age", 18, "18"),
        ("Member", False, "false"),
    ]


def test_a_text_that_is_no_dmn_is_a_finding(admin: Client) -> None:
    answer = admin.post("/decision-tables/checks", {"dmn_xml": "<definitions"})

    assert [finding["rule"] for finding in answer["findings"]] == ["TL-1201"]
    assert answer["tables"] == []


def test_a_preview_lists_what_was_interpreted_and_becomes_a_draft(admin: Client) -> None:
    preview = admin.post("/decision-tables/previews", sheet(CSV.encode()))

    assert [(column["header"], column["role"], column["type_ref"]) for column in preview["columns"]] == [
        ("in: Age", "input", "number"),
        ("in: Member", "input", "boolean"),
        ("out: Fee", "output", "number"),
    ]
    assert preview["interpretations"] == [{"cell": "fee!C3", "before": "yes", "after": "true", "how": "boolean-word"}]
    draft = admin.post("/drafts", {"name": "Fees", "dmn_xml": preview["dmn_xml"]}, 201)
    assert "DMNShape" in draft["dmn_xml"]


def test_a_choice_of_the_user_is_followed(admin: Client) -> None:
    preview = admin.post(
        "/decision-tables/previews",
        sheet(b"Age;Fee\n1,5;2\n", decimal_comma=True, columns={"B": {"role": "output", "type_ref": "string"}}),
    )

    assert preview["rules"] == [["1.5", '"2"']]


def test_what_is_not_understood_is_told_with_its_cell_and_there_is_no_model(admin: Client) -> None:
    preview = admin.post(
        "/decision-tables/previews", sheet(b"in: Age,out: Fee\nold,1\n", columns={"A": {"type_ref": "number"}})
    )

    assert preview["dmn_xml"] is None
    assert preview["findings"][0]["place"] == {"source": "fee.csv", "line": 2, "element_id": "fee!A2"}


def test_a_file_that_is_no_spreadsheet_is_refused(admin: Client) -> None:
    answer = admin.call("POST", "/decision-tables/previews", json=sheet(b"PK\x03\x04 rubbish"))

    assert (answer.status_code, answer.json()["code"]) == (422, "TL-2201")


def test_a_table_is_exported_and_read_back(admin: Client) -> None:
    body = {"dmn_xml": model(), "decision_id": "Fee"}

    as_xlsx = admin.call("POST", "/decision-tables/exports", json={**body, "format": "xlsx"})
    as_csv = admin.call("POST", "/decision-tables/exports", json={**body, "format": "csv"})

    for back in (read_xlsx(as_xlsx.content), read_csv(as_csv.content)):
        graph = read_sheet_table(back, SheetOptions(name="Fee")).graph
        assert graph is not None
        assert write_dmn(graph).decode() == model()


def test_a_decision_without_a_table_cannot_be_exported(admin: Client) -> None:
    body = {"dmn_xml": model(), "decision_id": "Other", "format": "csv"}

    assert admin.call("POST", "/decision-tables/exports", json=body).status_code == 404
