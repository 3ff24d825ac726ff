# SPDX-License-Identifier: Apache-2.0
"""Event logs to facts: canonical logs, review, discovery, conformance, indicators, decision mining."""
