# SPDX-License-Identifier: Apache-2.0
"""The same numbers on Spark, for who has Java and PySpark: `pytest tests/mining/sql/spark_truth.py`.

They are no part of the development environment: a session takes longer to start than all tests of this room.
"""

import shutil
from pathlib import Path

import pytest

from taktloom.mining.rules.business_rules import RuleSet
from taktloom.mining.rules.checking import check_rules
from taktloom.mining.rules.text_form import rule_from_text
from taktloom.mining.sql.event_table import SqlColumns, in_utc, open_table
from taktloom.mining.sql.rules import count_rule
from tests.mining.sql.rows import EVENTS
from tests.mining.sql.test_rules import RULES
from tests.mining.sql.test_statistics import assert_same_numbers, local, named

ibis = pytest.importorskip("ibis")
sql = pytest.importorskip("pyspark.sql")


@pytest.mark.skipif(shutil.which("java") is None, reason="needs Java")
@pytest.mark.filterwarnings("ignore")
def test_the_numbers_are_those_of_the_local_path(tmp_path: Path) -> None:
    frame = EVENTS.with_row_index("number")
    path = tmp_path / "events.parquet"
    frame.with_columns(frame["number"].cast(int)).write_parquet(path)
    session = (
        sql.SparkSession.builder.master("local[1]")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "Asia/Tokyo")
        .config("spark.sql.warehouse.dir", str(tmp_path / "warehouse"))
        .getOrCreate()
    )
    try:
        connection = in_utc(ibis.pyspark.connect(session))
        session.read.parquet(str(path)).createOrReplaceTempView("events")
        log = local(EVENTS, tmp_path)

        table = open_table(connection, "events", SqlColumns(**named(order="number")))

        assert table.facts.is_reproducible
        assert_same_numbers(table, log)
        rules = tuple(rule_from_text(text) for text in RULES)
        counted = [count_rule(table, rule) for rule in rules]
        expected = check_rules(log, RuleSet(rules=rules)).results
        assert [(each.kept, each.broken, each.undecided) for each in counted] == [
            (each.kept, each.broken, each.undecided) for each in expected
        ]
    finally:
        session.stop()
