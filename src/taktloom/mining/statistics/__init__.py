# SPDX-License-Identifier: Apache-2.0
"""Descriptive statistics of a canonical log: one linear scan each."""
