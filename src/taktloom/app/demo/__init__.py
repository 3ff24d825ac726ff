# SPDX-License-Identifier: Apache-2.0
"""The guided example: its synthetic log and what drives it."""
