# SPDX-License-Identifier: Apache-2.0
# What the lazy names of __init__.py are, for type checkers: the module itself must not import any room.

from taktloom.app.notebooks import read_log as read_log
from taktloom.app.object_notebooks import read_object_log as read_object_log
from taktloom.connect.worker import worker as worker

__version__: str
__all__ = ["__version__", "read_log", "read_object_log", "worker"]
