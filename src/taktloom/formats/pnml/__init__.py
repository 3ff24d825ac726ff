# SPDX-License-Identifier: Apache-2.0
"""PNML (ISO/IEC 15909-2), the exchange format of Petri nets: place/transition nets, read and written."""

from taktloom.formats.pnml.reader import read_pnml
from taktloom.formats.pnml.writer import write_pnml

__all__ = ["read_pnml", "write_pnml"]
