# SPDX-License-Identifier: Apache-2.0
"""The public kit for testing one's own processes: the kernel in memory, with a clock that the test moves.

See docs/reference/testing.md. What this module exports stays as it is; the modules behind it may change.
"""

from taktloom.kernel.history import HistoryItem
from taktloom.model.errors import DefinitionError, MisuseError
from taktloom.model.process import ProcessDefinition
from taktloom.testing.engine import Engine
from taktloom.testing.instance import Incident, Instance
from taktloom.testing.work import Job, UserTask

__all__ = [
    "DefinitionError",
    "Engine",
    "HistoryItem",
    "Incident",
    "Instance",
    "Job",
    "MisuseError",
    "ProcessDefinition",
    "UserTask",
]
