# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path

import pytest

from taktloom.app.analyses.table import ANALYSES

LOCALES = Path(__file__).resolve().parents[2] / "ui" / "src" / "features" / "mining" / "locales"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_analysis_has_a_name_on_its_page(language: str) -> None:
    texts = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))

    assert set(texts["analysis"]["name"]) == set(ANALYSES)
