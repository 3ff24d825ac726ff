# SPDX-License-Identifier: Apache-2.0
"""DMN XML: 1.1 to 1.5 read, 1.5 (or 1.3, for editors that know no newer one) written."""

from taktloom.formats.dmn.case_reader import MAX_TEST_CASES, read_test_cases
from taktloom.formats.dmn.namespaces import DmnVersion
from taktloom.formats.dmn.reader import read_dmn
from taktloom.formats.dmn.versions import convert_dmn
from taktloom.formats.dmn.writer import write_dmn

__all__ = ["MAX_TEST_CASES", "DmnVersion", "convert_dmn", "read_dmn", "read_test_cases", "write_dmn"]
