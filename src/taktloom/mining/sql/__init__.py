# SPDX-License-Identifier: Apache-2.0
"""Analyses on the organisation's own SQL engine, where the data lies: one expression, many engines, through Ibis."""
