# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501  (lines of models)
"""Elements together that the scenarios show apart: what follows was written down from the standard before it was run.

A case is a sentence, a model in the short lines of `sketch`, and a scenario in the form of `scenario`.
"""

import pytest

from tests.conformance.bpmn.combination_parts import (
    E1,
    E2,
    END_ALL,
    HOUR,
    HOURLY,
    INNER,
    LINK,
    MSG,
    NOTE,
    ONE_BY_ONE,
    SIG,
    TWICE,
    UNDO,
    X1,
    Combination,
    boundary,
    catch,
    condition,
    ending,
    handler,
    play_combination,
    starting,
    sub,
    throw,
)
from tests.conformance.bpmn.sketch import process

CASES: dict[str, Combination] = {
    "each instance of a sub-process escalates to a handler of the process": (
        (
            "start s\nend e\n"
            + sub("sp", f"start is\nuser iu\nend ie\n{throw('t', X1)}\nis -> t -> iu -> ie", TWICE)
            + handler("es", starting("es_s", X1, interrupts=False), "task h\nend he\nes_s -> h -> he")
            + "\ns -> sp -> e",
        ),
        """start p
  +s -s +sp +is -is +t -t +es +es_s -es_s +h -h +he -he -es +iu +is -is +t -t +es +es_s -es_s +h -h +he -he -es +iu
task iu
  -iu +ie -ie
task iu
  -iu +ie -ie -sp +e -e
state completed
""",
    ),
    "an escalation that interrupts ends the other instances of the sub-process": (
        (
            "start s\nend e f\n"
            + sub(
                "sp",
                f"start is\njob w\nend ie\n{ending('t', X1)}\nxor g\nis -> w -> g\ng -> t if bad\ng -> ie default",
                TWICE,
            )
            + boundary("b", "sp", X1)
            + "\ns -> sp -> e\nb -> f",
        ),
        """start p
  +s -s +sp +is -is +w +is -is +w
complete w {"bad": true}
  -w +g -g +t -t ~w ~sp +b -b +f -f
state completed
""",
    ),
    "a terminated transaction is over without compensation and goes on": (
        (
            "start s\nend e f\n"
            + sub(
                "tr",
                f'start ts\ntask a\nand g\njob b\n{boundary("ca", "a", UNDO)}\n<task id="undo" isForCompensation="true"/>\n'
                f'<association id="as" associationDirection="One" sourceRef="ca" targetRef="undo"/>\n{ending("te", END_ALL)}\n'
                "user u\nend be\nts -> a -> g -> b -> be\ng -> u -> te",
                kind="transaction",
            )
            + boundary("c", "tr", "<cancelEventDefinition/>")
            + "\ns -> tr -> e\nc -> f",
        ),
        """start p
  +s -s +tr +ts -ts +a -a +g -g +b +u
task u
  -u +te -te ~b -tr +e -e
state completed
""",
    ),
    "a handler waits at an event-based gateway, each of its visits for itself": (
        (
            "start s\nuser u\nend e\ns -> u -> e\n"
            + handler(
                "es",
                starting("es_s", SIG, interrupts=False),
                f'<eventBasedGateway id="g"/>\n{catch("cm", MSG)}\n{catch("ct", HOUR)}\nend em et\nes_s -> g -> cm -> em\ng -> ct -> et',
            ),
        ),
        """start p
  +s -s +u
broadcast Sig
  +es +es_s -es_s +g
broadcast Sig
  +es +es_s -es_s +g
publish Msg
  -g +cm -cm +em -em -es
advance 1h
  -g +ct -ct +et -et -es
task u
  -u +e -e
state completed
""",
    ),
    "links lead on inside a sub-process": (
        (
            "start s\nend e\n"
            + sub(
                "sp",
                f"start is\ntask a b\nend ie\n{throw('lt', LINK)}\n{catch('lc', LINK)}\nis -> a -> lt\nlc -> b -> ie",
            )
            + "\ns -> sp -> e",
        ),
        """start p
  +s -s +sp +is -is +a -a +lt -lt +lc -lc +b -b +ie -ie -sp +e -e
""",
    ),
    "an error in the second round of a loop leaves the loop": (
        (
            'start s\nend e f\n<serviceTask id="a"><extensionElements><zeebe:taskDefinition type="a"/></extensionElements><standardLoopCharacteristics loopMaximum="3"/></serviceTask>\n'
            + boundary("b", "a", E1)
            + "\ns -> a -> e\nb -> f",
        ),
        """start p
  +s -s +a
complete a
throw a E1
  !a +b -b +f -f
jobs []
state completed
""",
    ),
    "an error with another code than the boundary event's goes to the one without code": (
        (
            "start s\njob a\nend e f h\n"
            + boundary("b1", "a", E1)
            + boundary("b2", "a", "<errorEventDefinition/>")
            + "\ns -> a -> e\nb1 -> f\nb2 -> h",
        ),
        """start p
  +s -s +a
throw a E9
  !a +b2 -b2 +h -h
start p
  #2 +s -s +a
throw a E1
  #2 !a +b1 -b1 +f -f
""",
    ),
    "an error handler inside throws another error, which the boundary outside catches": (
        (
            "start s\nend e f\n"
            + sub(
                "sp",
                "start is\njob a\nend ie\nis -> a -> ie\n"
                + handler("es", starting("es_s", E1), ending("he", E2) + "\nes_s -> he"),
            )
            + boundary("b", "sp", E2)
            + "\ns -> sp -> e\nb -> f",
        ),
        """start p
  +s -s +sp +is -is +a
throw a E1
  !a +es +es_s -es_s +he -he !es !sp +b -b +f -f
state completed
""",
    ),
    "an escalation end event in the inner sub-process interrupts the outer one": (
        (
            "start s\nend e f\n"
            + sub(
                "out",
                f"start os\nend oe\nand g\nuser ou\nend of\n{sub('inn', INNER)}\nos -> g -> ou -> of\ng -> inn -> oe",
            )
            + boundary("b", "out", X1)
            + "\ns -> out -> e\nb -> f",
        ),
        """start p
  +s -s +out +os -os +g -g +ou +inn +is -is +ix -ix ~ou ~inn ~out +b -b +f -f
state completed
""",
    ),
    "a timer interrupts an ad-hoc sub-process with all that is active in it": (
        (
            "start s\nend e f\n"
            + sub("ah", "user iu\njob iv\ntask it", kind="adHocSubProcess")
            + boundary("b", "ah", HOUR)
            + "\ns -> ah -> e\nb -> f",
        ),
        """start p
  +s -s +ah +iu +iv +it -it
advance 1h
  ~iu ~iv ~ah +b -b +f -f
state completed
""",
    ),
    "a message that interrupts nothing leaves the instances of a task alone": (
        (
            f'start s\nend e f\ntask h\n<userTask id="a">{TWICE}</userTask>\n'
            + boundary("b", "a", MSG, interrupts=False)
            + "\ns -> a -> e\nb -> h -> f",
        ),
        """start p
  +s -s +a
publish Msg
  +b -b +h -h +f -f
task a
task a
  -a +e -e
state completed
""",
    ),
    "the cycle of a handler of the process ends with the process": (
        (
            "start s\nuser u\nend e\ns -> u -> e\n"
            + handler("es", starting("es_s", HOURLY, interrupts=False), "end he\nes_s -> he"),
        ),
        """start p
  +s -s +u
advance 2h
  +es +es_s -es_s +he -he -es +es +es_s -es_s +he -he -es
task u
  -u +e -e
advance 5h
state completed
""",
    ),
    "a task whose two flows come from one split is visited twice": (
        ("start s\nand g\ntask a\nuser u\nend e\ns -> g -> a -> u -> e\ng -> u",),
        """start p
  +s -s +g -g +a -a +u +u
task u
  -u +e -e
task u
  -u +e -e
state completed
""",
    ),
    "of two catch events for one message the one that waits longer has it": (
        (f"start s\nand g\nend e f\n{catch('c1', MSG)}\n{catch('c2', MSG)}\ns -> g -> c1 -> e\ng -> c2 -> f",),
        """start p
  +s -s +g -g +c1 +c2
publish Msg
  -c1 +e -e
publish Msg
  -c2 +f -f
state completed
""",
    ),
    "a signal from a parallel branch decides an event-based gateway of the same instance": (
        (
            f'start s\nand g\nend e f h\n<eventBasedGateway id="q"/>\n{catch("c", SIG)}\n{catch("d", MSG)}\n{throw("t", SIG)}\nuser u\ns -> g -> q -> c -> u -> e\nq -> d -> h\ng -> t -> f',
        ),
        """start p
  +s -s +g -g +q +t -t -q +c -c +u +f -f
publish Msg
task u
  -u +e -e
state completed
""",
    ),
    "a called process whose own timer takes over goes back to its caller": (
        (
            'start s\n<callActivity id="c" calledElement="q"/>\nend e\ns -> c -> e',
            process(
                "q",
                "start qs\nuser qu\nend qe\nqs -> qu -> qe\n"
                + handler("es", starting("es_s", HOUR), "task h\nend he\nes_s -> h -> he"),
            ),
        ),
        """start p
  +s -s +c
  #2 +qs -qs +qu
advance 1h
  -c +e -e
  #2 ~qu +es +es_s -es_s +h -h +he -he -es
state completed
state #2 completed
""",
    ),
    "a request starts another process, whose answer comes back to a receive task": (
        (
            f'start s\n{throw("t", MSG)}\n<receiveTask id="r" messageRef="n"/>\nend e\ns -> t -> r -> e',
            process("q", f"{starting('qs', MSG)}\nuser qu\n{ending('qe', NOTE)}\nqs -> qu -> qe"),
        ),
        """start p
  +s -s +t -t +r
  #2 +qs -qs +qu
task qu
  -r +e -e
  #2 -qu +qe -qe
state completed
""",
    ),
    "a condition at a boundary fires again only after it was false": (
        (
            "start s\nuser u\njob w\nand g\nend e f h\n"
            + boundary("b", "u", condition("x > 1"), interrupts=False)
            + "\ns -> g -> u -> e\ng -> w -> f\nb -> h",
        ),
        """start p
  +s -s +g -g +u +w
set {"x": 2}
  +b -b +h -h
set {"x": 3}
set {"x": 1}
set {"x": 4}
  +b -b +h -h
complete w
  -w +f -f
task u
  -u +e -e
state completed
""",
    ),
    "an error of a job inside an ad-hoc sub-process goes to the boundary around": (
        (
            "start s\nend e f\n"
            + sub("ah", "job iv\n" + sub("in", "start is\njob iw\nend ie\nis -> iw -> ie"), kind="adHocSubProcess")
            + boundary("b", "ah", E1)
            + "\ns -> ah -> e\nb -> f",
        ),
        """start p
  +s -s +ah +iv +in +is -is +iw
throw iw E1
  ~iv !iw !in !ah +b -b +f -f
state completed
""",
    ),
    "a gateway leads back to instances, which all begin anew": (
        (
            f'start s\nend e\nxor k x\n<userTask id="a">{ONE_BY_ONE}</userTask>\ns -> k -> a -> x\nx -> k if again\nx -> e default',
        ),
        """start p {"again": true}
  +s -s +k -k +a
task a
task a {"again": true}
  -a +x -x +k -k +a
task a
task a {"again": false}
  -a +x -x +e -e
state completed
""",
    ),
}


@pytest.mark.parametrize("sentence", CASES)
def test_combination(sentence: str) -> None:
    assert play_combination(sentence, CASES[sentence]) > 0
