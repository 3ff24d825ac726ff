# SPDX-License-Identifier: Apache-2.0
# What the lazy names of __init__.py are, for type checkers: the module itself must not import any room.

from taktloom.app.notebooks import read_log as read_log
from taktloom.app.object_notebooks import read_object_log as read_object_log
from taktloom.app.sql_engines import SqlTableRequest as SqlTable
from taktloom.app.sql_notebooks import analyse_table as analyse_table
from taktloom.connect.worker import worker as worker

__version__: str
__all__ = ["SqlTable", "__version__", "analyse_table", "read_log", "read_object_log", "worker"]
