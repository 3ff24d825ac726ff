# SPDX-License-Identifier: Apache-2.0
"""How well a model and a log agree: token-based fitness and escaping-edges precision on Petri nets."""

from taktloom.mining.conformance.precision import PRECISION_METHOD, measure_precision
from taktloom.mining.conformance.replay import REPLAY_METHOD, Replayer, check_fitness

__all__ = ["PRECISION_METHOD", "REPLAY_METHOD", "Replayer", "check_fitness", "measure_precision"]
