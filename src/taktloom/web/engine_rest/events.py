# SPDX-License-Identifier: Apache-2.0
"""Messages, signals and conditions."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from taktloom.app import messages
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.model.operations import InstanceSummary
from taktloom.web.callers import Caller
from taktloom.web.engine_rest import schemas
from taktloom.web.engine_rest.definitions import OptionRefusedError, require_tenant
from taktloom.web.engine_rest.instances import own_variables, shown_instance
from taktloom.web.engine_rest.values import read_variables, typed_values
from taktloom.web.routes import WholeTextRoute

router = APIRouter(route_class=WholeTextRoute)


@router.post("/message", response_model=list[schemas.CorrelationOut])
@calls(messages.correlate_message)
def correlate_message(context: Caller, body: schemas.MessageIn) -> Response:
    """Deliver a message to the one instance that it is for, or to all; else let it start one."""
    if body.local_correlation_keys or body.process_variables_local:
        raise OptionRefusedError(
            "localCorrelationKeys and processVariablesLocal are not supported.",
            remedy="Use correlationKeys and processVariables.",
        )
    require_tenant(context, body.tenant_id)
    receivers = messages.correlate_message(
        context,
        message=messages.SelectedMessage(
            name=body.message_name,
            variables=read_variables(body.process_variables),
            instance_key=body.process_instance_id,
            business_key=body.business_key,
            correlation_keys=read_variables(body.correlation_keys),
            to_all=body.all,
        ),
    )
    if not (body.result_enabled or body.variables_in_result_enabled):
        return Response(status_code=204)
    results = [_result(context, one, with_variables=body.variables_in_result_enabled) for one in receivers]
    return JSONResponse([result.model_dump(by_alias=True) for result in results])


@router.post("/signal", status_code=204)
@calls(messages.broadcast_signal)
def throw_signal(context: Caller, body: schemas.SignalIn) -> None:
    """Throw a signal to all who wait for it."""
    if body.execution_id:
        raise OptionRefusedError("A signal for one execution is not supported.", remedy="Leave executionId out.")
    require_tenant(context, body.tenant_id)
    messages.broadcast_signal(context, name=body.name, variables=read_variables(body.variables))


@router.post("/condition")
@calls(messages.evaluate_conditions)
def evaluate_conditions(context: Caller, body: schemas.ConditionIn) -> list[schemas.InstanceOut]:
    """Look at conditional start events with these variables; the instances that they started."""
    if body.process_definition_id:
        raise OptionRefusedError(
            "Conditions of one process definition are not supported.", remedy="Leave processDefinitionId out."
        )
    require_tenant(context, body.tenant_id)
    started = messages.evaluate_conditions(
        context, variables=read_variables(body.variables), business_key=body.business_key
    )
    return [shown_instance(one) for one in started]


def _result(context: Context, receiver: messages.Receiver, *, with_variables: bool) -> schemas.CorrelationOut:
    summary: InstanceSummary = receiver.instance
    variables = None
    if with_variables and summary.status == "active":
        variables = typed_values(own_variables(context, summary.instance_key))
    if receiver.is_started:
        return schemas.CorrelationOut(
            result_type="ProcessDefinition",
            execution=None,
            process_instance=shown_instance(summary),
            variables=variables,
        )
    execution = schemas.ExecutionOut(
        id=summary.instance_key, process_instance_id=summary.instance_key, ended=summary.status != "active"
    )
    return schemas.CorrelationOut(
        result_type="Execution", execution=execution, process_instance=None, variables=variables
    )
