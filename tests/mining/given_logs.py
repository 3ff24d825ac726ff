# SPDX-License-Identifier: Apache-2.0
"""The given case-level logs with times, each imported once per test run."""

import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from tests.data import find_test_data

IMPORTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
CASE_LEVEL_LOGS = (
    "01_running-example.xes.gz",
    "02_teleclaims.xes.gz",
    "03_repairExample.xes.gz",
    "08_receipt.xes.gz",
    "BPIC13_cp.xes.gz",
    "Procure-to-Pay.xes.gz",
    "Production.csv",
    "PurchasingExample.csv.gz",
    "SEPSIS.xes.gz",
    "helpdesk.xes.gz",
    "interval_event_log.xes",
    "receipt.csv",
    "reviewing.xes",
    "roadtraffic100traces.xes",
    "running-example.xes",
)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="taktloom-given-")


def given_path(name: str) -> Path:
    data = find_test_data()
    assert data is not None
    return data / "logs" / name


@cache
def given_log(name: str, timezone: str | None = None) -> CanonicalLog:
    request = ImportRequest(path=given_path(name), name=name, imported_at=IMPORTED_AT, timezone=timezone)
    return import_log(request, Path(_folder().name))
