# SPDX-License-Identifier: Apache-2.0
"""What a label says about its step: it leaves something behind elsewhere, it only looks at what is there, or neither.

A short list of verbs in English and Chinese; the first that the label holds decides. It is used as a gate only: a step
that files, sends or copies is not proposed for elimination, because the log cannot see what it leaves outside. A label
in another language says nothing, and nothing is concluded from that.
Source: Leopold, van der Aa & Reijers, "Identifying candidate tasks for robotic process automation in textual process
descriptions", BPMDS 2018 (classes of tasks by their verb).
"""

import re
from enum import StrEnum


class LabelMeaning(StrEnum):
    """What the step does, by its label."""

    LEAVES_AN_EFFECT = "leaves-an-effect"
    ONLY_LOOKS = "only-looks"
    UNKNOWN = "unknown"


_EFFECT_WORDS = """archive book copy create deliver enter export file forward generate import insert issue notify pay
    post print publish record register scan send ship store submit transfer update upload write"""
_LOOK_WORDS = "approve authorise authorize check confirm countersign examine inspect review sign verify"
_EFFECT_WORDS_ZH = "归档 录入 登记 复制 抄录 创建 发送 送达 通知 打印 支付 付款 提交 上传 发布 转交 更新"
_LOOK_WORDS_ZH = "批准 核对 核查 会签 审核 审批 复核 确认 检查 签字 签署"
_EFFECT, _LOOK = frozenset(_EFFECT_WORDS.split()), frozenset(_LOOK_WORDS.split())
_EFFECT_ZH, _LOOK_ZH = tuple(_EFFECT_WORDS_ZH.split()), tuple(_LOOK_WORDS_ZH.split())


def read_label(label: str) -> LabelMeaning:
    """The meaning of *label* by its first known verb."""
    for word in re.findall(r"[a-z]+", label.lower()):
        if word in _EFFECT:
            return LabelMeaning.LEAVES_AN_EFFECT
        if word in _LOOK:
            return LabelMeaning.ONLY_LOOKS
    found = [(label.find(verb), LabelMeaning.LEAVES_AN_EFFECT) for verb in _EFFECT_ZH if verb in label]
    found += [(label.find(verb), LabelMeaning.ONLY_LOOKS) for verb in _LOOK_ZH if verb in label]
    return min(found)[1] if found else LabelMeaning.UNKNOWN
