# SPDX-License-Identifier: Apache-2.0
"""Static proof: is the control flow of a process sound, and what else in it can never work; pure, before it runs."""

from taktloom.kernel.soundness.check import MAX_STATES, check_control_flow
from taktloom.kernel.soundness.prospects import check_prospects
from taktloom.kernel.soundness.rules import SOUNDNESS_RULES
from taktloom.kernel.soundness.whole import check_soundness

__all__ = ["MAX_STATES", "SOUNDNESS_RULES", "check_control_flow", "check_prospects", "check_soundness"]
