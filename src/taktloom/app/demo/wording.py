# SPDX-License-Identifier: Apache-2.0
"""The guided example's words in both languages: columns, activities, people and values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DemoLanguage(StrEnum):
    """The languages of the example."""

    ENGLISH = "en"
    CHINESE = "zh-CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Texts by key. attributes: the columns that the hidden rule reads. timezone: where the office is."""

    timezone: str
    case_prefix: str
    header: tuple[str, ...]
    attributes: Mapping[str, str]
    activities: Mapping[str, str]
    roles: Mapping[str, str]
    people: Mapping[str, str]
    values: Mapping[str, str]

    def resource(self, key: str) -> str:
        """The name of a resource such as `clerk-3` or `portal`."""
        kind, _, number = key.rpartition("-")
        return f"{self.people[kind]} {number}" if kind in self.people else self.people[key]


ENGLISH = Wording(
    timezone="Europe/Amsterdam",
    case_prefix="P-",
    header=(
        "case_id",
        "activity",
        "start_time",
        "complete_time",
        "resource",
        "role",
        "channel",
        "district",
        "permit_type",
        "applicant",
        "construction_cost",
    ),
    attributes={"cost": "construction_cost", "district": "district"},
    activities={
        "register": "Register application",
        "acknowledge": "Send acknowledgement",
        "check": "Check completeness",
        "request": "Request missing documents",
        "receive": "Receive documents",
        "withdraw": "Withdraw application",
        "assess": "Assess application",
        "risk": "Check risk",
        "prepare": "Prepare decision",
        "grant": "Grant permit",
        "refuse": "Refuse permit",
        "countersign": "Countersign decision",
        "send": "Send decision",
        "copy": "Copy to permit register",
        "archive": "Archive case",
    },
    roles={
        "system": "System",
        "clerk": "Front office",
        "assessor": "Permit assessment",
        "expert": "Risk experts",
        "lead": "Team lead",
    },
    people={
        "portal": "Web portal",
        "archive-job": "Archive job",
        "clerk": "Clerk",
        "assessor": "Assessor",
        "expert": "Expert",
        "lead": "Team lead",
    },
    values={
        "web": "web",
        "desk": "desk",
        "post": "post",
        "centre": "Centre",
        "north": "North",
        "south": "South",
        "west": "West",
        "old-town": "Old Town",
        "harbour": "Harbour",
        "dormer": "dormer",
        "extension": "extension",
        "new-building": "new building",
        "demolition": "demolition",
        "citizen": "citizen",
        "company": "company",
    },
)

CHINESE = Wording(
    timezone="Asia/Shanghai",
    case_prefix="许可-",
    header=(
        "案例编号",
        "活动",
        "开始时间",
        "完成时间",
        "办理人",
        "角色",
        "受理渠道",
        "区域",
        "许可类型",
        "申请人类型",
        "工程造价",
    ),
    attributes={"cost": "工程造价", "district": "区域"},
    activities={
        "register": "登记申请",
        "acknowledge": "发送受理回执",
        "check": "核对材料",
        "request": "通知补正材料",
        "receive": "接收补正材料",
        "withdraw": "撤回申请",
        "assess": "审查申请",
        "risk": "风险核查",
        "prepare": "拟定决定",
        "grant": "准予许可",
        "refuse": "不予许可",
        "countersign": "会签决定",
        "send": "送达决定",
        "copy": "录入许可登记簿",
        "archive": "案卷归档",
    },
    roles={"system": "系统", "clerk": "受理窗口", "assessor": "审查科", "expert": "风险专家", "lead": "科室负责人"},
    people={
        "portal": "网上办事大厅",
        "archive-job": "归档程序",
        "clerk": "受理员",
        "assessor": "审查员",
        "expert": "专家",
        "lead": "负责人",
    },
    values={
        "web": "网上",
        "desk": "窗口",
        "post": "邮寄",
        "centre": "中心区",
        "north": "北区",
        "south": "南区",
        "west": "西区",
        "old-town": "老城区",
        "harbour": "港区",
        "dormer": "屋顶改造",
        "extension": "扩建",
        "new-building": "新建",
        "demolition": "拆除",
        "citizen": "个人",
        "company": "企业",
    },
)

WORDINGS: Mapping[DemoLanguage, Wording] = {DemoLanguage.ENGLISH: ENGLISH, DemoLanguage.CHINESE: CHINESE}
