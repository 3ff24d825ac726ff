# SPDX-License-Identifier: Apache-2.0
"""Commands: translates arguments to use cases and decides nothing."""
