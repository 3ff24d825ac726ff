# SPDX-License-Identifier: Apache-2.0
"""What every part of the engine shares: the writer, units of work, instances in memory, clock, ids and limits."""
