# SPDX-License-Identifier: Apache-2.0
"""The BPMN interpreter: kernel events in, commands out; pure and deterministic."""

from taktloom.kernel.compile import compile_process
from taktloom.kernel.compile import compile_process as compile  # noqa: A004  (the design's name; import the other one)
from taktloom.kernel.correlation import message_matches
from taktloom.kernel.executable import ExecutableProcess
from taktloom.kernel.history import HistoryItem, VisitLifecycle
from taktloom.kernel.starts import MessageStart, TimerStart, message_starts, next_timer_start, timer_starts
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import load_event, load_state, save_event, save_state
from taktloom.kernel.step import step

__all__ = [
    "ExecutableProcess",
    "HistoryItem",
    "InstanceState",
    "MessageStart",
    "TimerStart",
    "VisitLifecycle",
    "compile",
    "compile_process",
    "load_event",
    "load_state",
    "message_matches",
    "message_starts",
    "next_timer_start",
    "save_event",
    "save_state",
    "step",
    "timer_starts",
]
