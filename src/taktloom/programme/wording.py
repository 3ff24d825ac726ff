# SPDX-License-Identifier: Apache-2.0
"""The few words that a draft puts into a model, in the reader's language; everything else is the log's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DraftLanguage(StrEnum):
    """Languages of drafts."""

    ENGLISH = "en"
    CHINESE = "zh-CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftWording:
    """choose, decide: prefixes of the names of inserted tasks; next_step: label of a choice in a form."""

    start: str
    end: str
    choose: str
    decide: str
    next_step: str
    start_form: str


WORDINGS: Mapping[DraftLanguage, DraftWording] = {
    DraftLanguage.ENGLISH: DraftWording(
        start="Start",
        end="End",
        choose="Choose: ",
        decide="Decide: ",
        next_step="What comes next",
        start_form="New case",
    ),
    DraftLanguage.CHINESE: DraftWording(
        start="开始", end="结束", choose="选择：", decide="判定：", next_step="下一步", start_form="新建案件"
    ),
}
