# SPDX-License-Identifier: Apache-2.0
"""The text of most states and events, said directly: what is written at every step must not cost a look at each type.

`record_form` defines the text; this gives the same bytes for a state in which only tokens, scopes with variables and
jobs are to be told, and for a completed job, and None for everything else.
"""

from json.encoder import encode_basestring
from operator import attrgetter

from taktloom.feel.wire import json_text
from taktloom.kernel.events import NEWEST_RULES, JobCompleted, KernelEvent
from taktloom.kernel.record_form import instant_text
from taktloom.kernel.state import InstanceState, InstanceStatus, Scope, Token

__all__ = ["plain_event_text", "plain_state_text"]

# What a state, a scope, a token seldom holds; all of it empty, false or none where it is not told.
SELDOM = (
    "user_tasks",
    "timers",
    "subscriptions",
    "requests",
    "incidents",
    "undecided",
    "awaiting_data",
    "fetched",
    "correlation",
    "signals",
    "conditions",
    "gathered",
    "is_called",
    "must_look",
    "children",
    "turns",
    "held",
    "is_suspended",
    "parked",
)
SELDOM_OF_SCOPE = (
    "joins",
    "resets",
    "waits",
    "is_interrupted",
    "loop",
    "round",
    "records",
    "undoing",
    "stays_open",
    "is_ending",
)
_seldom, _seldom_of_scope = attrgetter(*SELDOM), attrgetter(*SELDOM_OF_SCOPE)


def plain_state_text(state: InstanceState) -> str | None:
    """What `record_form.save_record` gives; None where the state holds more than this knows."""
    if any(_seldom(state)) or state.root is None or state.started_at is None or not state.instance_key.isdecimal():
        return None
    scopes = [_scope_text(key, scope) for key, scope in state.scopes.items()]
    if "" in scopes:
        return None
    jobs = ",".join([f'"{job}":"{token.id}"' for job, token in state.jobs.items()])
    tokens = ",".join([_token_text(token) for token in state.tokens.values()])
    of_jobs = f'"jobs":{{{jobs}}},' if jobs else ""
    of_status = "" if state.status is InstanceStatus.ACTIVE else f',"status":"{state.status.value}"'
    of_tokens = f',"tokens":{{{tokens}}}' if tokens else ""
    return (
        f'{{"instance_key":"{state.instance_key}",{of_jobs}"next_id":{state.next_id},"root":"{state.root}",'
        f'"scopes":{{{",".join(scopes)}}},"started_at":{instant_text(state.started_at)}{of_status}{of_tokens}}}'
    )


def plain_event_text(event: KernelEvent) -> str | None:
    """What `record_form.save_record` gives of a completed job; None for every other event."""
    if type(event) is not JobCompleted or event.rules != NEWEST_RULES:
        return None
    actor = "" if event.actor is None else f'"actor":{encode_basestring(event.actor)},'
    variables = event.variables
    entries = ",".join([f"{encode_basestring(name)}:{json_text(variables[name])}" for name in variables])
    of_variables = f',"variables":{{{entries}}}' if entries else ""
    job = encode_basestring(event.job_id)
    return f'{{{actor}"job_id":{job},"occurred_at":{instant_text(event.occurred_at)}{of_variables}}}'


def _scope_text(key: str, scope: Scope) -> str:
    """Empty where the scope holds more."""
    if any(_seldom_of_scope(scope)):
        return ""
    parent = "null" if scope.parent is None else f'"{scope.parent}"'
    owner = "null" if scope.owner is None else f'"{scope.owner}"'
    tokens = ",".join([f'"{token}"' for token in scope.tokens])
    entries = ",".join([f"{encode_basestring(name)}:{json_text(value)}" for name, value in scope.variables.items()])
    of_tokens = f',"tokens":[{tokens}]' if tokens else ""
    of_variables = f',"variables":{{{entries}}}' if entries else ""
    return f'"{key}":{{"element":{scope.element},"owner":{owner},"parent":{parent}{of_tokens}{of_variables}}}'


def _token_text(token: Token) -> str:
    waits = ",".join([f'"{wait}"' for wait in token.waits])
    inner = "" if token.inner is None else f'"inner":"{token.inner}",'
    active = '"is_active":true,' if token.is_active else ""
    role = "" if token.role is None else f'"role":{encode_basestring(token.role)},'
    visit = f',"visit":"{token.visit}"' if token.visit else ""
    of_waits = f',"waits":[{waits}]' if waits else ""
    return (
        f'"{token.id}":{{"arrived_by":{token.arrived_by},"element":{token.element},'
        f'"entered_at":{instant_text(token.entered_at)},{inner}{active}{role}"scope":"{token.scope}"{visit}{of_waits}}}'
    )
