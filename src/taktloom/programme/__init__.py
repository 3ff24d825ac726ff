# SPDX-License-Identifier: Apache-2.0
"""Decides: automation potential of a log, and the draft automation made from it."""
