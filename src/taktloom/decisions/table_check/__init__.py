# SPDX-License-Identifier: Apache-2.0
"""Gaps, overlaps and dead rules of decision tables, each with inputs that show it."""

from taktloom.decisions.table_check.checking import check_table, examine_table
from taktloom.decisions.table_check.domains import TableScope
from taktloom.decisions.table_check.results import ExampleValue, TableCheck, TableFinding

__all__ = ["ExampleValue", "TableCheck", "TableFinding", "TableScope", "check_table", "examine_table"]
