# SPDX-License-Identifier: Apache-2.0
"""Measures of running processes: cycle times, waiting, working, against a baseline."""
