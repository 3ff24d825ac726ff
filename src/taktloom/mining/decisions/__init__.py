# SPDX-License-Identifier: Apache-2.0
"""Decision mining: which way cases take at exclusive splits, and the rules that foretell it."""

from taktloom.mining.decisions.discovering import MinedDecision, Verdict, mine_decisions

__all__ = ["MinedDecision", "Verdict", "mine_decisions"]
