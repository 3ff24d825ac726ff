# SPDX-License-Identifier: Apache-2.0
"""Analyses of event logs: one table, from which the commands `taktloom mine …` and the routes are made.

An analysis is a name, a record of parameters and a function from a log to an output. Whoever adds one adds a row; its
command, its route, its help, its limits and its files follow. Heavy libraries are imported inside the functions.
"""
