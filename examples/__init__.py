# SPDX-License-Identifier: Apache-2.0
"""Processes, logs and workers to run; a package of its own name, whatever else is installed."""
