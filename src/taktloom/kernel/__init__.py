# SPDX-License-Identifier: Apache-2.0
"""The BPMN interpreter: kernel events in, commands out; pure and deterministic."""

from taktloom.kernel.compile import compile_process
from taktloom.kernel.compile import compile_process as compile  # noqa: A004  (the design's name; import the other one)
from taktloom.kernel.correlation import message_matches
from taktloom.kernel.executable import ExecutableProcess
from taktloom.kernel.history import HistoryItem, VisitLifecycle
from taktloom.kernel.starts import (
    ConditionalStart,
    EventStart,
    MessageStart,
    SignalStart,
    TimerStart,
    conditional_starts,
    gather_start,
    message_starts,
    next_timer_start,
    signal_starts,
    start_condition_holds,
    timer_starts,
)
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import load_event, load_state, save_event, save_state
from taktloom.kernel.step import step

__all__ = [
    "ConditionalStart",
    "EventStart",
    "ExecutableProcess",
    "HistoryItem",
    "InstanceState",
    "MessageStart",
    "SignalStart",
    "TimerStart",
    "VisitLifecycle",
    "compile",
    "compile_process",
    "conditional_starts",
    "gather_start",
    "load_event",
    "load_state",
    "message_matches",
    "message_starts",
    "next_timer_start",
    "save_event",
    "save_state",
    "signal_starts",
    "start_condition_holds",
    "step",
    "timer_starts",
]
