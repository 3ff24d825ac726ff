# SPDX-License-Identifier: Apache-2.0
"""Writes the table of model quality into docs/explanation/model-quality.md.

    TAKTLOOM_TEST_DATA=FOLDER PYTHONPATH=src python scripts/model_quality.py

FOLDER/logs holds the public logs (SEPSIS, BPIC13_cp, receipt, helpdesk). The figures are of the whole log, and the same
on every machine.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from taktloom.mining.conformance.model_quality import ModelQuality, measure_quality
from taktloom.mining.discovery.miners import Miner, MinerSettings, discover_model
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "model-quality.md"
LOGS = {"SEPSIS": "SEPSIS", "BPIC13 closed problems": "BPIC13_cp", "receipt": "08_receipt", "helpdesk": "helpdesk"}
SETTINGS = (
    MinerSettings(miner=Miner.INDUCTIVE, noise=0.0),
    MinerSettings(miner=Miner.INDUCTIVE, noise=0.2),
    MinerSettings(miner=Miner.INDUCTIVE_GRAPH, noise=0.2),
    MinerSettings(miner=Miner.SPLIT),
    MinerSettings(miner=Miner.HEURISTICS),
    MinerSettings(miner=Miner.ALPHA),
    MinerSettings(miner=Miner.ALPHA_PLUS),
)
HEAD = (
    "| miner | fitness | precision | F | places + transitions + arcs | sound |\n| --- | --- | --- | --- | --- | --- |\n"
)
TABLES = re.compile(r"(?<=<!-- tables -->\n).*(?=<!-- end of tables -->)", re.DOTALL)


def variants_of(path: Path) -> dict[tuple[str, ...], int]:
    """The variants of the log at *path* and their cases."""
    with tempfile.TemporaryDirectory() as folder:
        request = ImportRequest(path=path, name=path.stem, imported_at=datetime(2026, 1, 1, tzinfo=UTC))
        return {each.activities: each.cases for each in import_log(request, Path(folder)).variants().variants}


def row(settings: MinerSettings, quality: ModelQuality) -> str:
    """One row of the table."""
    size = f"{quality.places} + {quality.transitions} + {quality.arcs}"
    measures = " | ".join(f"{each:.3f}" for each in (quality.fitness, quality.precision, quality.f_score))
    return f"| {settings.title} | {measures} | {size} | {quality.soundness.verdict} |\n"


def tables(logs: Path) -> Iterator[str]:
    """A heading and a table per log."""
    for title, name in LOGS.items():
        variants = variants_of(logs / f"{name}.xes.gz")
        yield f"\n## {title}\n\n{sum(variants.values()):,} cases, {len(variants):,} variants\n\n{HEAD}"
        for settings in SETTINGS:
            yield row(settings, measure_quality(discover_model(variants, settings).net, variants))
            print(f"{title}: {settings.title}", flush=True)


def main() -> int:
    """Write the page anew."""
    data = os.environ.get("TAKTLOOM_TEST_DATA")
    if not data:
        print("TAKTLOOM_TEST_DATA names no folder", file=sys.stderr)
        return 2
    written = "".join(tables(Path(data) / "logs"))
    PAGE.write_text(TABLES.sub(lambda _: f"{written}\n", PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
