# SPDX-License-Identifier: Apache-2.0
"""From a job's variables to the typed parameters of a function, and from what it returns to variables.

Types are those that pydantic understands: plain ones, Optional, lists, mappings, enums, literals, dataclasses,
TypedDicts (before Python 3.12 those of typing_extensions), models.
"""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError

from taktloom.feel import FeelValue, from_python, to_python
from taktloom.model.errors import MisuseError
from taktloom.model.operations import LockedJob
from taktloom.model.places import Place


class VariableMismatchError(MisuseError):
    """The job's variables do not fit the worker's parameters; trying again does not help."""

    code = "TL-2801"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Parameter:
    name: str
    adapter: TypeAdapter[object] | None  # None: any type
    default: object

    def value(self, job: LockedJob) -> object:
        if self.name not in job.variables:
            if self.default is inspect.Parameter.empty:
                raise _mismatch(job, self.name, "it is missing")
            return self.default
        value = to_python(job.variables[self.name])  # type: ignore[arg-type]  # LockedJob holds FEEL values
        if self.adapter is None:
            return value
        try:
            return self.adapter.validate_python(value)
        except ValidationError as error:
            kinds = ", ".join(sorted({problem["type"] for problem in error.errors(include_input=False)}))
            raise _mismatch(job, self.name, f"its type does not fit ({kinds})") from None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """How to call a function with a job."""

    function: Callable[..., object]
    job_parameter: str | None
    parameters: tuple[_Parameter, ...]

    def call(self, job: LockedJob) -> object:
        """Call with the job's variables; raises VariableMismatchError before the function is entered."""
        arguments = {parameter.name: parameter.value(job) for parameter in self.parameters}
        if self.job_parameter is not None:
            arguments[self.job_parameter] = job
        return self.function(**arguments)


def bind(function: Callable[..., object], job_class: type) -> Binding:
    """Read the signature once; raises TypeError for parameters that cannot be given by name."""
    hints = get_type_hints(function)
    job_parameter: str | None = None
    parameters: list[_Parameter] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}:
            raise TypeError(f"worker {function.__qualname__}: parameter {name} cannot be given by name")
        hint = hints.get(name)
        if hint is job_class:
            job_parameter = name
            continue
        adapter = None if hint in {None, object} else TypeAdapter[object](hint)
        parameters.append(_Parameter(name=name, adapter=adapter, default=parameter.default))
    return Binding(function=function, job_parameter=job_parameter, parameters=tuple(parameters))


def variables_of(returned: object) -> Mapping[str, FeelValue]:
    """What a worker returned, as variables; raises TypeError for anything but None, mapping, dataclass or model."""
    if returned is None:
        return {}
    if isinstance(returned, BaseModel):
        returned = returned.model_dump()
    elif dataclasses.is_dataclass(returned) and not isinstance(returned, type):
        returned = dataclasses.asdict(returned)
    if not isinstance(returned, Mapping):
        raise TypeError(f"a worker returns a mapping, a dataclass or None, not {type(returned).__name__}")
    return {str(name): from_python(value) for name, value in returned.items()}


def _mismatch(job: LockedJob, name: str, why: str) -> VariableMismatchError:
    return VariableMismatchError(
        f"Variable {name} of job type {job.job_type} cannot be used: {why}.",
        Place(element_id=job.element_id),
        "Correct the variable or the input mapping, then try again.",
        {"name": name, "job_type": job.job_type},
    )
