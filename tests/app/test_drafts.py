# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator
from pathlib import Path

import pytest

from taktloom.app import decisions, drafts
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from tests.app.models import PERMIT_BPMN

DMN_1_3, DMN_1_5 = (f"https://www.omg.org/spec/DMN/{day}/MODEL/" for day in ("20191111", "20230324"))
TABLE = f"""<definitions xmlns="{DMN_1_5}" id="d" name="d" namespace="urn:test">
  <decision id="fee" name="fee"><variable name="fee" typeRef="number"/>
    <literalExpression><text>21 * 2</text></literalExpression></decision>
</definitions>""".encode()


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    rooms = Rooms(Settings(data=tmp_path / "data"))
    yield Context(principal=LOCAL_OPERATOR, rooms=rooms)
    rooms.close()


def test_decisions_of_a_newer_dmn_are_shown_as_the_editor_in_the_browser_can_open_them(context: Context) -> None:
    draft = drafts.create_draft(context, name="Permit", bpmn_xml=PERMIT_BPMN, dmn_xml=TABLE)

    shown = drafts.show_draft(context, draft_id=draft.draft_id).dmn_xml or b""

    assert DMN_1_3.encode() in shown
    assert DMN_1_5.encode() not in shown
    assert decisions.evaluate_file(context, content=shown, decision_id="fee", inputs={}).value == 42


def test_decisions_that_are_no_xml_are_shown_as_they_are(context: Context) -> None:
    draft = drafts.create_draft(context, name="Permit", bpmn_xml=PERMIT_BPMN, dmn_xml=b"<definitions")

    assert drafts.show_draft(context, draft_id=draft.draft_id).dmn_xml == b"<definitions"
