# SPDX-License-Identifier: Apache-2.0
"""What a long work says it is doing has a name on the pages, in both languages."""

import json
import re
from pathlib import Path

import pytest

from tests.data import PROJECT_ROOT

LOCALES = PROJECT_ROOT / "ui/src/features/mining/locales"
TOLD = re.compile(r"""\b(?:tell|step|source\.report|handle\.advance)\(\s*"([a-z ]+)"|telling\([^"\n]+, "([a-z ]+)"\)""")
CONSTANT = re.compile(r'^(?:PARTING|COMPARING|READING)(?:, STEPS)? = "([a-z ]+)"', re.MULTILINE)


def stages() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for room in ("mining", "app/analyses") for path in source_files(room)]
    told = {one or other for text in sources for one, other in TOLD.findall(text)}
    return told | {name for text in sources for name in CONSTANT.findall(text)}


def source_files(room: str) -> list[Path]:
    return sorted((PROJECT_ROOT / "src/taktloom" / room).rglob("*.py"))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_stage_of_an_analysis_has_a_name_on_the_pages(language: str) -> None:
    locale = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))

    assert len(stages()) > 20
    assert stages() - set(locale["work"]["stage"]) == set()
