# SPDX-License-Identifier: Apache-2.0
"""The replayer: the kernel driven along recorded cases, to tell where they leave an executable model."""

from taktloom.hosts.replayer.cases import ReplayCase, ReplayEvent, ReplayLimits
from taktloom.hosts.replayer.replaying import REPLAY_METHOD, replay_cases

__all__ = ["REPLAY_METHOD", "ReplayCase", "ReplayEvent", "ReplayLimits", "replay_cases"]
