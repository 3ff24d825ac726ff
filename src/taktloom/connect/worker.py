# SPDX-License-Identifier: Apache-2.0
"""Job workers: a typed Python function does the work of one job type.

    @worker("register-case", lock=timedelta(seconds=30))
    def register(job: Job, *, applicant: str, amount: Decimal) -> Registered:
        ...

Parameters are taken from the job's variables by name and brought to their annotated types; a parameter annotated `Job`
gets the job itself. What the function returns (a mapping, a dataclass or None) becomes variables. It may raise
`BpmnError` for an outcome that the model foresees and `Retry` to be called again later; any other exception counts one
attempt. The same function runs beside the engine and against a server: see `run_workers`.

A job may be done twice (the worker dies after the effect and before the completion): use `job.job_id`, which is the
same over all attempts, to recognise an effect that was already had.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, ParamSpec, TypeAlias, TypeVar

from taktloom.connect.binding import Binding, bind, variables_of
from taktloom.feel import FeelValue, from_python
from taktloom.model.errors import MisuseError
from taktloom.model.operations import LockedJob

Parameters = ParamSpec("Parameters")
Returned_co = TypeVar("Returned_co", covariant=True)

Job = LockedJob  # the name that authors of workers see

ThrowEscalation: TypeAlias = Callable[[str, Mapping[str, FeelValue]], bool]
ESCALATION: ContextVar[ThrowEscalation] = ContextVar("escalation")  # of the job that this thread does


def escalate(code: str, variables: Mapping[str, object] | None = None) -> bool:
    """Tell the process of an escalation out of a running worker function, which goes on; whether the job is still its.

    False: what caught the escalation has interrupted the activity, and the function's result will not be wanted.
    Raises MisuseError outside of a worker that runs a job, or when the job's lock has run out.
    """
    throw = ESCALATION.get(None)
    if throw is None:
        raise MisuseError("No job is being done here.", remedy="Call it in the function of a running worker.")
    return throw(code, {name: from_python(value) for name, value in (variables or {}).items()})


class BpmnError(Exception):
    """An outcome that the model catches with an error boundary event of this code.

    message: for operators, without variable values. variables: become variables of the catching scope.
    """

    def __init__(self, code: str, message: str = "", variables: Mapping[str, object] | None = None) -> None:
        super().__init__(code, message, variables)
        self.code, self.message, self.variables = code, message, dict(variables or {})


class Retry(Exception):
    """Call again after *after*; reason is for operators, without variable values. Counts one attempt."""

    def __init__(self, after: timedelta, reason: str = "") -> None:
        super().__init__(after, reason)
        self.after, self.reason = after, reason


@dataclass(frozen=True, kw_only=True)
class JobWorker(Generic[Parameters, Returned_co]):
    """A function as the worker of a job type; calling it calls the function, so that tests need no engine.

    lock: how long a job is reserved; prolonged by heartbeats while the function runs. concurrency: jobs at a time.
    """

    job_type: str
    function: Callable[Parameters, Returned_co]
    lock: timedelta
    concurrency: int
    binding: Binding = field(repr=False)

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Returned_co:
        return self.function(*args, **kwargs)

    def run(self, job: Job) -> Mapping[str, FeelValue]:
        """Do one job; the variables it gives. Raises VariableMismatchError and what the function raises."""
        return variables_of(self.binding.call(job))


def worker(
    job_type: str, *, lock: timedelta = timedelta(seconds=30), concurrency: int = 1
) -> Callable[[Callable[Parameters, Returned_co]], JobWorker[Parameters, Returned_co]]:
    """Make a function the worker of *job_type*; nothing is registered anywhere: hand the result to `run_workers`."""
    if not job_type or lock <= timedelta() or concurrency < 1:
        raise ValueError("a worker needs a job type, a positive lock and a concurrency of at least 1")

    def decorate(function: Callable[Parameters, Returned_co]) -> JobWorker[Parameters, Returned_co]:
        return JobWorker(
            job_type=job_type, function=function, lock=lock, concurrency=concurrency, binding=bind(function, Job)
        )

    return decorate
