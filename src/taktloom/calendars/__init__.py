# SPDX-License-Identifier: Apache-2.0
"""Time zones and calendar arithmetic on the pinned tzdata package; no clock."""
