# SPDX-License-Identifier: Apache-2.0
"""`python -m taktloom` is the `taktloom` command."""

from taktloom.cli.main import main

main()
