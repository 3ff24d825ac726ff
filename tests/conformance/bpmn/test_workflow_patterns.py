# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501  (lines of models)
"""Workflow control patterns (W. van der Aalst and others, 2006) as BPMN, each with its ordered visits.

A case is a model, what is done (`a` completes the oldest job of `a`, `a x=1` with a variable, `!M` publishes, `~S`
broadcasts, `@h` advances h hours), and the visits. Left out is what BPMN has no means for: 14, 15,
29, 31, 32, 35 and 36 need instances that are added while running, or joins that cancel or know of all instances.
"""

from datetime import timedelta

import pytest

from taktloom.testing import Engine, Instance
from tests.conformance.bpmn.sketch import begin, job, model, visits

ROOTS = '<message id="msg" name="M"/><signal id="sg" name="S"/>'
CATCH_M = '<intermediateCatchEvent id="{}"><messageEventDefinition messageRef="msg"/></intermediateCatchEvent>'
CATCH_S = '<intermediateCatchEvent id="{}"><signalEventDefinition signalRef="sg"/></intermediateCatchEvent>'
JOB = "<extensionElements><zeebe:taskDefinition type='a'/></extensionElements>"


def _instances(count: str, completion: str = "", *, sequential: bool = False) -> str:
    done = f"<completionCondition>{completion}</completionCondition>" if completion else ""
    flag = "true" if sequential else "false"
    return (
        f'<serviceTask id="a">{JOB}<multiInstanceLoopCharacteristics isSequential="{flag}">'
        f"<loopCardinality>{count}</loopCardinality>{done}</multiInstanceLoopCharacteristics></serviceTask>"
    )


PATTERNS: dict[str, tuple[str, str, str]] = {
    "1 sequence": ("start s\njob a b\nend e\ns -> a -> b -> e", "a b", "+s -s +a -a +b -b +e -e"),
    "2 parallel split and 3 synchronization": (
        "start s\nand g j\njob a b\nend e\ns -> g\ng -> a -> j\ng -> b -> j\nj -> e",
        "b a",
        "+s -s +g -g +a +b -b -a +j -j +e -e",
    ),
    "4 exclusive choice and 5 simple merge": (
        "start s\nxor g j\njob a b\nend e\ns -> g\ng -> a if x = 1\ng -> b default\na -> j\nb -> j\nj -> e",
        "b",
        "+s -s +g -g +b -b +j -j +e -e",
    ),
    "6 multi-choice and 7 structured synchronizing merge": (
        (
            "start s\nor g j\njob a b c\nend e\ns -> g\ng -> a if true\ng -> b if true\ng -> c if false\n"
            "a -> j\nb -> j\nc -> j\nj -> e"
        ),
        "a b",
        "+s -s +g -g +a +b -a -b +j -j +e -e",
    ),
    "8 multi-merge": (
        "start s\nand g\nxor j\njob a b c\nend e\ns -> g\ng -> a -> j\ng -> b -> j\nj -> c -> e",
        "a b c c",
        "+s -s +g -g +a +b -a +j -j +c -b +j -j +c -c +e -e -c +e -e",
    ),
    "9 structured discriminator": (
        (
            'start s\nand g\n<complexGateway id="j"><activationCondition>activationCount &gt;= 1</activationCondition>'
            "</complexGateway>\njob a b c\nend e\ns -> g\ng -> a -> j\ng -> b -> j\nj -> c -> e"
        ),
        "a c b",
        "+s -s +g -g +a +b -a +j -j +c -c +e -e -b",
    ),
    "10 arbitrary cycles": (
        (
            "start s\nxor k l m\njob a b\nend e\ns -> k -> a -> l\nl -> e if go = 1\nl -> b default\nb -> m\n"
            "m -> k if go = 2\nm -> l default"
        ),
        "a b:go=2 a:go=1",
        "+s -s +k -k +a -a +l -l +b -b +m -m +k -k +a -a +l -l +e -e",
    ),
    "11 implicit termination": (
        "start s\nand g\njob a b\ns -> g\ng -> a\ng -> b",
        "a b",
        "+s -s +g -g +a +b -a -b",
    ),
    "12 instances without synchronization": (
        (
            "start s\nxor k\njob a\nend e f\ntask n\nand g\ns -> k -> g\ng -> a -> e\ng -> n -> l\nxor l\n"
            "l -> k if count(more) > 0 and again\nl -> f default"
        ),
        "a",
        "+s -s +k -k +g -g +a +n -n +l -l +f -f -a +e -e",
    ),
    "13 instances known when the model is made": (
        f"start s\n{_instances('3')}\nend e\ns -> a -> e",
        "a a a",
        "+s -s +a -a +e -e",
    ),
    "16 deferred choice": (
        (
            f'start s\n<eventBasedGateway id="g"/>\n{CATCH_M.format("c")}\n{CATCH_S.format("d")}\nend e\ns -> g\n'
            "g -> c -> e\ng -> d -> e"
        ),
        "~S !M",
        "+s -s +g -g +d -d +e -e",
    ),
    "17 interleaved parallel routing": (
        'start s\n<adHocSubProcess id="h" ordering="Sequential">\njob a b c\nb -> c\n</adHocSubProcess>\nend e\ns -> h -> e',
        "a b c",
        "+s -s +h +a -a +b -b +c -c -h +e -e",
    ),
    "18 milestone": (
        (
            'start s\nand g\njob a b\n<boundaryEvent id="t" attachedToRef="a"><messageEventDefinition messageRef="msg"/>'
            "</boundaryEvent>\nend e f h\ns -> g\ng -> a -> e\ng -> b -> f\nt -> h"
        ),
        "b !M",
        "+s -s +g -g +a +b -b +f -f ~a +t -t +h -h",
    ),
    "19 cancel task": (
        (
            'start s\njob a\n<boundaryEvent id="t" attachedToRef="a"><signalEventDefinition signalRef="sg"/></boundaryEvent>\n'
            "end e h\ns -> a -> e\nt -> h"
        ),
        "~S",
        "+s -s +a ~a +t -t +h -h",
    ),
    "20 cancel case": (
        (
            'start s\nand g\njob a b\n<endEvent id="t"><terminateEventDefinition/></endEvent>\nend e\ns -> g\ng -> a -> t\n'
            "g -> b -> e"
        ),
        "a",
        "+s -s +g -g +a +b -a +t -t ~b",
    ),
    "21 structured loop": (
        (
            f'start s\n<serviceTask id="a">{JOB}<standardLoopCharacteristics testBefore="true"><loopCondition>loopCounter &lt; 2'
            "</loopCondition></standardLoopCharacteristics></serviceTask>\nend e\ns -> a -> e"
        ),
        "a a",
        "+s -s +a -a +e -e",
    ),
    "22 recursion": (
        (
            'start s\nxor g\n<callActivity id="c" calledElement="p"><extensionElements><zeebe:ioMapping>'
            '<zeebe:input source="=false" target="again"/></zeebe:ioMapping></extensionElements></callActivity>\nend e\n'
            "s -> g\ng -> c if again\ng -> e default\nc -> e"
        ),
        "",
        "+s -s +g -g +c -c +e -e",
    ),
    "23 transient trigger": (
        f"start s\njob a\n{CATCH_S.format('c')}\nend e\ns -> a -> c -> e",
        "~S a ~S",
        "+s -s +a -a +c -c +e -e",
    ),
    "24 persistent trigger": (
        f"start s\njob a\n{CATCH_M.format('c')}\nend e\ns -> a -> c -> e",
        "!M a",
        "+s -s +a -a +c -c +e -e",
    ),
    "25 cancel region": (
        (
            'start s\n<subProcess id="r">\nand g\njob a b\ng -> a\ng -> b\n</subProcess>\n'
            '<boundaryEvent id="t" attachedToRef="r"><messageEventDefinition messageRef="msg"/></boundaryEvent>\nend e h\n'
            "s -> r -> e\nt -> h"
        ),
        "a !M",
        "+s -s +r +g -g +a +b -a ~b ~r +t -t +h -h",
    ),
    "26 cancel multiple instances": (
        (
            f'start s\n{_instances("3")}\n<boundaryEvent id="t" attachedToRef="a"><messageEventDefinition messageRef="msg"/>'
            "</boundaryEvent>\nend e h\ns -> a -> e\nt -> h"
        ),
        "a !M",
        "+s -s +a ~a +t -t +h -h",
    ),
    "27 complete multiple instances and 34 partial join": (
        f"start s\n{_instances('3', 'numberOfCompletedInstances = 2')}\nend e\ns -> a -> e",
        "a a",
        "+s -s +a -a +e -e",
    ),
    "28 blocking discriminator": (
        (
            'start s\nand g\nxor k\n<complexGateway id="j"><activationCondition>activationCount &gt;= 1</activationCondition>'
            "</complexGateway>\njob a b c\nend e\ns -> g\ng -> a -> k\nk -> j\ng -> b -> j\nj -> c if waitingForStart\n"
            "j -> e default\nc -> e"
        ),
        "a b c",
        "+s -s +g -g +a +b -a +k -k +j -j +c -b +j -j +e -e -c +e -e",
    ),
    "30 structured partial join, two of three": (
        (
            'start s\nand g\n<complexGateway id="j"><activationCondition>activationCount &gt;= 2</activationCondition>'
            "</complexGateway>\njob a b c d\nend e\ns -> g\ng -> a -> j\ng -> b -> j\ng -> c -> j\nj -> d -> e"
        ),
        "b c d a",
        "+s -s +g -g +a +b +c -b -c +j -j +d -d +e -e -a",
    ),
    "33 generalized and-join": (
        "start s\nand g j\nxor k\njob a b\nend e\ns -> g\ng -> a -> k\nk -> j\ng -> b -> j\nj -> e",
        "a b",
        "+s -s +g -g +a +b -a +k -k -b +j -j +e -e",
    ),
    "37 local and 38 general synchronizing merge": (
        (
            "start s\nor g j h i\njob a b c d\nend e\ns -> g\ng -> h if true\ng -> c if true\nh -> a if true\nh -> b if false\n"
            "a -> i\nb -> i\ni -> d -> j\nc -> j\nj -> e"
        ),
        "c a d",
        "+s -s +g -g +h -h +a +c -c -a +i -i +d -d +j -j +e -e",
    ),
    "39 critical section and 40 interleaved routing": (
        'start s\n<adHocSubProcess id="h" ordering="Sequential">\njob a b\n</adHocSubProcess>\nend e\ns -> h -> e',
        "a b",
        "+s -s +h +a -a +b -b -h +e -e",
    ),
    "41 thread merge and 42 thread split": (
        (
            'start s\n<task id="n" completionQuantity="3"/>\n<serviceTask id="a" startQuantity="3"><extensionElements>'
            '<zeebe:taskDefinition type="a"/></extensionElements></serviceTask>\nend e\ns -> n -> a -> e'
        ),
        "a",
        "+s -s +n -n +a -a +e -e",
    ),
    "43 explicit termination": (
        (
            'start s\n<subProcess id="r">\nand g\njob a b\n<endEvent id="t"><terminateEventDefinition/></endEvent>\n'
            "g -> a -> t\ng -> b\n</subProcess>\njob c\nend e\ns -> r -> c -> e"
        ),
        "a c",
        "+s -s +r +g -g +a +b -a +t -t ~b -r +c -c +e -e",
    ),
}


def _do(engine: Engine, step: str) -> None:
    if step[0] == "!":
        engine.publish(step[1:])
    elif step[0] == "~":
        engine.broadcast(step[1:])
    elif step[0] == "@":
        engine.advance(timedelta(hours=int(step[1:])))
    else:
        element, _, given = step.partition(":")
        name, _, value = given.partition("=")
        engine.complete(job(engine, element), {name: int(value)} if name else {})


def _play(text: str, steps: str) -> Instance:
    engine, instance = begin(model(text, roots=ROOTS), {"x": 0, "go": 0, "again": True, "more": []})
    for step in steps.split():
        _do(engine, step)
    return instance


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_pattern_is_run_in_this_order(pattern: str) -> None:
    text, steps, expected = PATTERNS[pattern]

    instance = _play(text, steps)

    assert visits(instance) == expected
    assert instance.state == ("terminated" if pattern.startswith("20 ") else "completed")
    assert (instance.active, instance.incidents) == ([], [])
