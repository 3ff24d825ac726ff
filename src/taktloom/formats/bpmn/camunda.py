# SPDX-License-Identifier: Apache-2.0
"""What models made for Camunda 7 say in `camunda:` attributes and extensions, as values of this model.

Values are literal text, or FEEL after `=`. What has no meaning here is a finding, an error where the process would do
something else without it, else a warning; attributes that only tune the other engine's transactions are warnings.
"""

import json
import re
from collections.abc import Iterator

from lxml import etree

from taktloom.formats.bpmn.extensions import extension_elements
from taktloom.formats.bpmn.juel import is_juel
from taktloom.formats.bpmn.names import CAMUNDA_7, bpmn, local_name
from taktloom.formats.bpmn.reading import Reading, text_of
from taktloom.model.findings import Severity
from taktloom.model.process import Form, JobDefinition
from taktloom.model.process_data import VariableMapping

__all__ = [
    "camunda",
    "camunda_call_mappings",
    "camunda_event_outputs",
    "camunda_form",
    "camunda_job",
    "camunda_loop",
    "camunda_mappings",
    "camunda_text",
    "camunda_version",
    "split_pauses",
]

DEFAULT_RETRIES = 3
_CODE = ("class", "delegateExpression", "expression")
_FIELD_TYPES = {"long": "number", "boolean": "checkbox", "date": "datetime", "enum": "select"}
_FORM = re.compile(r"^camunda-forms:[a-z]+:(?P<id>.+?)(?:\.form)?$")


def camunda(element: etree._Element, name: str) -> str | None:
    """A `camunda:` attribute; None for a missing or empty one."""
    return next((text for namespace in CAMUNDA_7 if (text := element.get(f"{{{namespace}}}{name}"))), None)


def camunda_text(reading: Reading, element: etree._Element, name: str) -> str | None:
    """A `camunda:` attribute that is literal text or an expression."""
    text = camunda(element, name)
    return None if text is None else _value(reading, element, text)


def camunda_job(reading: Reading, element: etree._Element) -> JobDefinition | None:
    """The job of an external task, or of what runs code inside the other engine; None where there is neither."""
    headers = tuple(_headers(reading, element))
    topic = camunda_text(reading, element, "topic")
    if topic is not None:
        priority = _priority(reading, element, "taskPriority") or _priority(reading, element, "jobPriority")
        retries, back_off = _attempts(reading, element)
        return JobDefinition(type=topic, retries=retries, headers=headers, priority=priority, back_off=back_off)
    for name in _CODE:
        code = camunda(element, name)
        if code is None:
            continue
        job_type = re.sub(r"^[$#]\{(.*)\}$", r"\1", code.strip())
        reading.report(
            "code-becomes-job",
            element,
            f"The {name} '{code}' cannot be run here; the task orders a job of type '{job_type}'.",
            "Let a worker complete jobs of this type, or name another type.",
            Severity.WARNING,
        )
        priority = _priority(reading, element, "jobPriority")
        retries, back_off = _attempts(reading, element)
        return JobDefinition(type=job_type, retries=retries, headers=headers, priority=priority, back_off=back_off)
    return None


def camunda_mappings(reading: Reading, element: etree._Element, kind: str) -> tuple[VariableMapping, ...]:
    """The `input` or `output` parameters of `camunda:inputOutput`."""
    holder = _find(element, "inputOutput")
    if holder is None:
        return ()
    return tuple(
        VariableMapping(source=_parameter(reading, child), target=child.get("name") or "")
        for child in holder.iterchildren(f"{{*}}{kind}Parameter")
    )


def camunda_call_mappings(
    reading: Reading, element: etree._Element, kind: str
) -> tuple[tuple[VariableMapping, ...], bool]:
    """The `in` or `out` mappings of a call activity, and whether they pass all variables."""
    found, passes_all = [], False
    for child in _all(element, kind):
        expression = child.get("sourceExpression")
        if child.get("variables") == "all":
            passes_all = True
        elif child.get("businessKey") is not None:
            reading.not_run(child, "camunda:in businessKey", "Pass the key as a variable.")
        elif child.get("target"):
            source = child.get("source") or ""
            if expression is not None:
                source = _value(reading, child, expression).removeprefix("=") or "null"
            found.append(VariableMapping(source=f"={source}", target=child.get("target") or ""))
    return tuple(found), passes_all


def camunda_event_outputs(reading: Reading, element: etree._Element) -> tuple[VariableMapping, ...]:
    """The variable that takes the code of the error or escalation that an event catches."""
    found = []
    for kind, attribute, code_name in (
        ("errorEventDefinition", "errorCodeVariable", "errorCode"),
        ("escalationEventDefinition", "escalationCodeVariable", "escalationCode"),
    ):
        definition = element.find(bpmn(kind))
        variable = None if definition is None else camunda(definition, attribute)
        if definition is None or variable is None:
            continue
        root = reading.roots.get((definition.get(kind.replace("EventDefinition", "Ref")) or "").rpartition(":")[2])
        code = None if root is None else root.get(code_name)
        if code is None:
            reading.not_run(definition, f"camunda:{attribute}", "Catch one code, or send it as a variable.")
        else:
            found.append(VariableMapping(source=f"={json.dumps(code, ensure_ascii=False)}", target=variable))
    return tuple(found)


def camunda_loop(reading: Reading, element: etree._Element) -> tuple[str | None, str | None]:
    """Collection and element variable of a multi-instance activity."""
    collection = camunda_text(reading, element, "collection")
    return (None if collection is None else f"={collection.removeprefix('=')}"), camunda(element, "elementVariable")


def camunda_form(reading: Reading, element: etree._Element) -> str | None:
    """The form: named by `formRef`, kept with the model, or made from the fields of `formData`."""
    fields = _find(element, "formData")
    if fields is not None:
        return _made_form(reading, element, fields)
    key = camunda(element, "formRef") or ""
    if not key and camunda(element, "formKey"):
        named = _FORM.match(camunda(element, "formKey") or "")
        if named is None:
            reading.not_run(element, "camunda:formKey", "Make the form with the form editor and name its id.")
            return None
        key = named["id"]
    return key or None


def camunda_version(reading: Reading, element: etree._Element, kind: str) -> str:
    """Which version of what `calledElement` or `decisionRef` names: `latest`, `deployment` or `tag:…`."""
    binding = camunda(element, f"{kind}Binding") or "latest"
    if binding == "versionTag":
        return f"tag:{camunda_text(reading, element, f'{kind}VersionTag') or ''}"
    if binding in {"latest", "deployment"}:
        return binding
    reading.not_run(element, f"camunda:{kind}Binding", "Bind to a version tag.", Severity.ERROR)
    return "latest"


def _made_form(reading: Reading, element: etree._Element, fields: etree._Element) -> str:
    components = []
    for field in fields.iterchildren("{*}formField"):
        component: dict[str, object] = {
            "key": field.get("id") or "",
            "label": field.get("label") or field.get("id") or "",
            "type": _FIELD_TYPES.get(field.get("type") or "", "textfield"),
        }
        values = [
            {"label": value.get("name") or value.get("id") or "", "value": value.get("id") or ""}
            for value in field.iterchildren("{*}value")
        ]
        if values:
            component["values"] = values
        if field.get("defaultValue") and not is_juel(field.get("defaultValue") or ""):
            component["defaultValue"] = field.get("defaultValue")
        components.append(component)
    form_id = f"{reading.element_id(element)}_form"
    schema = json.dumps({"components": components, "type": "default"}, ensure_ascii=False, sort_keys=True)
    reading.forms.append(Form(id=form_id, schema=schema))
    return form_id


def _headers(reading: Reading, element: etree._Element) -> Iterator[tuple[str, str]]:
    for field in _all(element, "field"):
        holder = field.find("{*}string")
        expression = field.find("{*}expression")
        text = field.get("stringValue") or text_of(holder)
        if field.get("expression") or expression is not None:
            reading.not_run(field, "camunda:field", "Make it an input mapping.")
            text = field.get("expression") or text_of(expression)
        yield field.get("name") or "", text
    properties = _find(element, "properties")
    for child in () if properties is None else properties.iterchildren("{*}property"):
        yield child.get("name") or child.get("id") or "", child.get("value") or ""


def split_pauses(text: str) -> tuple[str, ...]:
    """The durations of a list, as they are written."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _priority(reading: Reading, element: etree._Element, name: str) -> str | None:
    """What the element says, else its process."""
    said = camunda_text(reading, element, name)
    process = next(element.iterancestors(bpmn("process")), None)
    return said if said is not None or process is None else camunda_text(reading, process, name)


def _attempts(reading: Reading, element: etree._Element) -> tuple[int, tuple[str, ...]]:
    """`R3/PT5M` and `PT1M,PT5M`: how often it is tried, and the pauses in between."""
    holder = _find(element, "failedJobRetryTimeCycle")
    text = text_of(holder)
    if holder is None or not text:
        return DEFAULT_RETRIES, ()
    times = re.fullmatch(r"R(\d{1,5})(?:/(.*))?", text)
    if times is not None:
        return max(int(times[1]), 1), split_pauses(times[2] or "")
    if is_juel(text):
        reading.not_run(holder, "camunda:failedJobRetryTimeCycle", "Write the number of tries.")
        return DEFAULT_RETRIES, ()
    pauses = split_pauses(text)
    return len(pauses) + 1, pauses  # the first try and one after each duration


def _parameter(reading: Reading, element: etree._Element) -> str:
    """FEEL with leading `=` for an input or output parameter: text, list, map or script."""
    inner = next(element.iterchildren("{*}*"), None)
    if inner is None:
        value = _value(reading, element, text_of(element))
        return value if value.startswith("=") else f"={json.dumps(value, ensure_ascii=False)}"
    return f"={_structure(reading, inner, depth=0)}"


def _structure(reading: Reading, element: etree._Element, depth: int) -> str:
    kind = local_name(element.tag)
    if kind == "list" and depth < 10:
        return f"[{', '.join(_structure(reading, child, depth + 1) for child in element.iterchildren('{*}*'))}]"
    if kind == "map" and depth < 10:
        entries = []
        for entry in element.iterchildren("{*}entry"):
            inner = next(entry.iterchildren("{*}*"), None)
            value = _feel(reading, entry, text_of(entry)) if inner is None else _structure(reading, inner, depth + 1)
            entries.append(f"{json.dumps(entry.get('key') or '', ensure_ascii=False)}: {value}")
        return f"{{{', '.join(entries)}}}"
    if kind == "value":
        return _feel(reading, element, text_of(element))
    if kind == "script" and (element.get("scriptFormat") or "").strip().lower() == "feel":
        return text_of(element).removeprefix("=") or "null"
    reading.report(
        "extension-not-run",
        element,
        f"The extension 'camunda:{kind}' is not run as a parameter.",
        "Write the value in FEEL, or let a script task compute it.",
    )
    return "null"


def _feel(reading: Reading, element: etree._Element, text: str) -> str:
    value = _value(reading, element, text)
    return value.removeprefix("=") if value.startswith("=") else json.dumps(value, ensure_ascii=False)


def _value(reading: Reading, element: etree._Element, text: str) -> str:
    return reading.translated(element, text) if is_juel(text) else text.strip()


def _find(element: etree._Element, name: str) -> etree._Element | None:
    return next(_all(element, name), None)


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (
        child for child in extension_elements(element) if child.tag in {f"{{{space}}}{name}" for space in CAMUNDA_7}
    )
