# SPDX-License-Identifier: Apache-2.0
"""Large, deep and endless models end, in time and with an incident where they would not."""

from tests.conformance.bpmn.sketch import begin, deployed, job, model, process

ROOTS = '<message id="m" name="Msg"/>'


def test_a_loop_of_ten_thousand_steps_completes() -> None:
    engine, instance = begin(
        model("start s\nxor x y\njob a\nend e\ns -> x -> a -> y\ny -> x if n < 10000\ny -> e default")
    )

    for number in range(10_000):
        engine.complete(job(engine, "a"), {"n": number + 1})

    assert (instance.state, len(instance.history)) == ("completed", 60_004)


def test_an_endless_loop_of_scripts_is_an_incident() -> None:
    script = '<scriptTask id="a"><script>{n: n + 1}</script></scriptTask>'
    _, instance = begin(
        model(f"start s\nxor x y\n{script}\nend e\ns -> x -> a -> y\ny -> x if n > 0\ny -> e default"), {"n": 1}
    )

    assert (instance.state, len(instance.incidents)) == ("active", 1)
    assert "loops for ever" in instance.incidents[0].message


def test_a_thousand_instances_at_once_are_completed_in_any_order() -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>1000</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    engine, instance = begin(model(f'start s\n<subProcess id="m">{loop}\njob a\n</subProcess>\nend e\ns -> m -> e'))

    for open_job in reversed(engine.jobs()):
        engine.complete(open_job)

    assert (instance.state, len(instance.history)) == ("completed", 2_006)


def test_thirty_levels_of_sub_processes_run() -> None:
    text = "job a"
    for level in range(30):
        text = f'<subProcess id="s{level}">\n{text}\n</subProcess>'
    engine, instance = begin(model(text))

    engine.complete(job(engine, "a"))

    assert (instance.state, len(instance.history)) == ("completed", 62)


def test_three_hundred_branches_are_split_and_joined_by_an_inclusive_gateway() -> None:
    branches = range(300)
    lines = "\n".join(f"job a{n}\ng -> a{n} if x > {n}\na{n} -> h" for n in branches)
    engine, instance = begin(model(f"start s\nor g h\nend e\ns -> g\nh -> e\n{lines}"), {"x": 200})

    for open_job in engine.jobs():
        engine.complete(open_job)

    assert (instance.state, len(instance.history)) == ("completed", 2 * (200 + 4))


def test_a_process_that_calls_itself_for_ever_is_an_incident() -> None:
    engine, instance = begin(
        model(
            'start s\nxor g\n<callActivity id="c" calledElement="p"/>\nend e\ns -> g\ng -> c if true\n'
            "g -> e default\nc -> e"
        )
    )

    assert (instance.state, len(engine.instances())) == ("active", 101)
    assert [incident.element_id for incident in engine.instances()[-1].incidents] == ["c"]


def test_processes_that_start_each_other_for_ever_are_an_incident() -> None:
    circle = process(
        "p",
        '<startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent>\n'
        '<endEvent id="e"><messageEventDefinition messageRef="m"/></endEvent>\ns -> e',
    )
    engine = deployed(model(circle, roots=ROOTS))

    engine.publish("Msg")

    assert [incident.kind for incident in engine.instances()[-1].incidents] == ["limit"]
    engine.publish("Nobody waits for this")
