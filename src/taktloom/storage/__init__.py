# SPDX-License-Identifier: Apache-2.0
"""Opening SQLite safely, running numbered migrations and copying a live database."""
