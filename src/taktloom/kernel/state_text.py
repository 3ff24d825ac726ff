# SPDX-License-Identifier: Apache-2.0
"""The text of most states and events, said directly: what is written at every step must not cost a look at each type.

`record_form` defines the text; this gives the same bytes for a state in which only tokens, scopes and jobs are to be
told, for a completed job and a plain start, and None for everything else. A scope that holds more than tokens and
variables is written by its types, the others of the same state directly: a loop may have thousands of rounds.
"""

from json.encoder import encode_basestring
from operator import attrgetter

from taktloom.kernel.events import NEWEST_RULES, InstanceStarted, JobCompleted, KernelEvent
from taktloom.kernel.executable import NONE
from taktloom.kernel.kept_variables import variables_text
from taktloom.kernel.record_form import instant_text, save_record
from taktloom.kernel.state import InstanceState, InstanceStatus, Scope, Token
from taktloom.model.identifiers import InstanceKey

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
    "records",
    "undoing",
    "stays_open",
    "is_ending",
)
_seldom, _seldom_of_scope = attrgetter(*SELDOM), attrgetter(*SELDOM_OF_SCOPE)
_USUALLY = _seldom(InstanceState(instance_key=InstanceKey("")))
_USUALLY_OF_SCOPE = _seldom_of_scope(Scope(parent=None, element=NONE, owner=None))


def plain_state_text(state: InstanceState) -> str | None:
    """What `record_form.save_record` gives; None where the state holds more than this knows."""
    if _seldom(state) != _USUALLY or not state.instance_key.isdecimal():
        return None
    if state.root is None or state.started_at is None:
        return None
    scopes = ",".join(map(_scope_text, state.scopes, state.scopes.values()))
    jobs = ",".join([f'"{job}":"{token.id}"' for job, token in state.jobs.items()])
    tokens = ",".join(map(_token_text, state.tokens.values()))
    of_jobs = f'"jobs":{{{jobs}}},' if jobs else ""
    of_status = "" if state.status is InstanceStatus.ACTIVE else f',"status":"{state.status.value}"'
    of_tokens = f',"tokens":{{{tokens}}}' if tokens else ""
    return (
        f'{{"instance_key":"{state.instance_key}",{of_jobs}"next_id":{state.next_id},"root":"{state.root}",'
        f'"scopes":{{{scopes}}},"started_at":{instant_text(state.started_at)}{of_status}{of_tokens}}}'
    )


def plain_event_text(event: KernelEvent) -> str | None:
    """What `record_form.save_record` gives of a completed job and a plain start; None for every other event."""
    if event.rules != NEWEST_RULES:
        return None
    if type(event) is JobCompleted:
        what = f'"job_id":{encode_basestring(event.job_id)},'
    elif type(event) is InstanceStarted and not (event.is_called or event.is_suspended) and event.start_element is None:
        what = ""
    else:
        return None
    actor = "" if event.actor is None else f'"actor":{encode_basestring(event.actor)},'
    variables = f',"variables":{variables_text(event.variables)}' if event.variables else ""
    return f'{{{actor}{what}"occurred_at":{instant_text(event.occurred_at)}{variables}}}'


def _scope_text(key: str, scope: Scope) -> str:
    if _seldom_of_scope(scope) != _USUALLY_OF_SCOPE:
        return f'"{key}":{save_record(scope)}'
    parent = "null" if scope.parent is None else f'"{scope.parent}"'
    owner = "null" if scope.owner is None else f'"{scope.owner}"'
    tokens = '","'.join(scope.tokens)
    of_round = f',"round":{scope.round}' if scope.round else ""
    of_tokens = f',"tokens":["{tokens}"]' if tokens else ""
    of_variables = f',"variables":{variables_text(scope.variables)}' if scope.variables else ""
    return f'"{key}":{{"element":{scope.element},"owner":{owner},"parent":{parent}{of_round}{of_tokens}{of_variables}}}'


def _token_text(token: Token) -> str:
    waits = '","'.join(token.waits)
    inner = "" if token.inner is None else f'"inner":"{token.inner}",'
    active = '"is_active":true,' if token.is_active else ""
    role = "" if token.role is None else f'"role":{encode_basestring(token.role)},'
    visit = f',"visit":"{token.visit}"' if token.visit else ""
    of_waits = f',"waits":["{waits}"]' if waits else ""
    return (
        f'"{token.id}":{{"arrived_by":{token.arrived_by},"element":{token.element},'
        f'"entered_at":{instant_text(token.entered_at)},{inner}{active}{role}"scope":"{token.scope}"{visit}{of_waits}}}'
    )
