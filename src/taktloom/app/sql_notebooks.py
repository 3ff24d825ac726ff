# SPDX-License-Identifier: Apache-2.0
"""Tables on SQL engines in Python and in notebooks: `taktloom.analyse_table("flows", table)`."""

import json
from collections.abc import Mapping, Sequence

from taktloom.app.notebooks import HeldRooms, Result
from taktloom.app.sql_engines import SqlTableRequest, analyse_on_engine


def analyse_table(
    analysis: str, request: SqlTableRequest, *, rules: Sequence[str] = (), where: Mapping[str, object] | None = None
) -> Result:
    """Analyse a table on an SQL engine, where the data lies, as `taktloom mine sql` does.

    request: the engine's address, such as `duckdb:///warehouse.db`, the table, and its columns. rules: with the
    analysis `rules`, lines as `taktloom mine rules` takes them. where: a filter's record. Raises MisuseError,
    SqlExtraMissingError, SqlTableRefusedError, MalformedRecordError.
    """
    steps = None if where is None else json.dumps(where)
    found = analyse_on_engine(HeldRooms().context, analysis=analysis, request=request, rules=tuple(rules), steps=steps)
    return Result(name=analysis, output=found.output)
