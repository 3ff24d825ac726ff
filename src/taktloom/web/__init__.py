# SPDX-License-Identifier: Apache-2.0
"""REST and the UI's files: translates HTTP to use cases and decides nothing."""
