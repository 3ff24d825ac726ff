# SPDX-License-Identifier: Apache-2.0
"""Statistics over arrays: intervals and resampling, each with its paper; pure functions."""
