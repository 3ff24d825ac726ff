# SPDX-License-Identifier: Apache-2.0
"""Filters of logs: values that can be combined, stored and sent, and their application to a canonical log."""

from taktloom.mining.filters.applying import FilterReach, apply_filter, measure_filter
from taktloom.mining.filters.json_form import filter_from_json, filter_to_json
from taktloom.mining.filters.log_filter import (
    ALL_PASS,
    FilterStep,
    KeepBetween,
    KeepCases,
    KeepEvents,
    LogFilter,
    keep_cases,
    keep_events,
)

__all__ = [
    "ALL_PASS",
    "FilterReach",
    "FilterStep",
    "KeepBetween",
    "KeepCases",
    "KeepEvents",
    "LogFilter",
    "apply_filter",
    "filter_from_json",
    "filter_to_json",
    "keep_cases",
    "keep_events",
    "measure_filter",
]
