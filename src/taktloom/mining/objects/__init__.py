# SPDX-License-Identifier: Apache-2.0
"""Object-centric logs: OCEL read and written, and case views of one object type."""

from taktloom.mining.objects.flattening import flatten
from taktloom.mining.objects.object_log import DeclaredType, ObjectCentricLog, OcelFormat
from taktloom.mining.objects.reading import read_object_log, write_object_log
from taktloom.mining.objects.records import ObjectLogReading

__all__ = [
    "DeclaredType",
    "ObjectCentricLog",
    "ObjectLogReading",
    "OcelFormat",
    "flatten",
    "read_object_log",
    "write_object_log",
]
