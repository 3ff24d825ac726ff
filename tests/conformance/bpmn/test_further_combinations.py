# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501  (lines of models)
"""Further elements together: what follows was written down from the standard before it was run.

A case is a sentence, a model in the short lines of `sketch`, and a scenario in the form of `scenario`.
"""

import pytest

from tests.conformance.bpmn.combination_parts import (
    E1,
    END_ALL,
    HOUR,
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
    "a call begins when two tokens have come and its caller goes on once": (
        (
            'start s\nand g\ntask a b\n<callActivity id="c" calledElement="q" startQuantity="2"/>\nend e\ns -> g -> a -> c -> e\ng -> b -> c',
            process("q", "start qs\nend qe\nqs -> qe"),
        ),
        """start p
  +s -s +g -g +a -a +b -b +c -c +e -e
  #2 +qs -qs +qe -qe
state completed
""",
    ),
    "a terminate end event two levels down ends its own level only": (
        (
            "start s\nend e\n"
            + sub(
                "out",
                "start os\nuser ou\nend oe of\nand g\n"
                + sub(
                    "inn", f"start is\nand ig\nuser iu\nend ie\n{ending('ix', END_ALL)}\nis -> ig -> iu -> ie\nig -> ix"
                )
                + "\nos -> g -> ou -> oe\ng -> inn -> of",
            )
            + "\ns -> out -> e",
        ),
        """start p
  +s -s +out +os -os +g -g +ou +inn +is -is +ig -ig +iu +ix -ix ~iu -inn +of -of
task ou
  -ou +oe -oe -out +e -e
state completed
""",
    ),
    "a signal of the called process interrupts the call at its boundary": (
        (
            'start s\n<callActivity id="c" calledElement="q"/>\nend e f\n'
            + boundary("b", "c", SIG)
            + "\ns -> c -> e\nb -> f",
            process("q", f"start qs\n{throw('t', SIG)}\nuser qu\nend qe\nqs -> t -> qu -> qe"),
        ),
        """start p
  +s -s +c ~c +b -b +f -f
  #2 +qs -qs +t -t +qu ~qu
state completed
state #2 cancelled
""",
    ),
    "the error of a called process leaves the sub-process that the call stands in": (
        (
            "start s\nend e f\n"
            + sub(
                "sp",
                'start is\nand g\nuser iu\n<callActivity id="c" calledElement="q"/>\nend ie ix\nis -> g -> iu -> ie\ng -> c -> ix',
            )
            + boundary("b", "sp", E1)
            + "\ns -> sp -> e\nb -> f",
            process("q", f"start qs\njob w\n{ending('qe', E1)}\nqs -> w -> qe"),
        ),
        """start p
  +s -s +sp +is -is +g -g +iu +c
  #2 +qs -qs +w
complete w
  ~iu !c !sp +b -b +f -f
  #2 -w +qe -qe
state completed
state #2 failed
""",
    ),
    "an activity of an ad-hoc sub-process is compensated after it": (
        (
            "start s\nend e\n"
            + sub(
                "ah",
                f"task a\n{boundary('ca', 'a', UNDO)}\n<task id='undo_a' isForCompensation='true'/>\n<association id='as' associationDirection='One' sourceRef='ca' targetRef='undo_a'/>",
                kind="adHocSubProcess",
            )
            + f"\n{throw('t', UNDO)}\ns -> ah -> t -> e",
        ),
        """start p
  +s -s +ah +a -a -ah +t +ca -ca +undo_a -undo_a -t +e -e
state completed
""",
    ),
    "instances that completed are compensated when a later step fails": (
        (
            "start s\nend e f\n"
            + sub(
                "sp",
                f"start is\n<serviceTask id='a'><extensionElements><zeebe:taskDefinition type='a'/></extensionElements>{ONE_BY_ONE}</serviceTask>\njob w\nend ie\n{boundary('ca', 'a', UNDO)}\n<task id='undo_a' isForCompensation='true'/>\n<association id='as' associationDirection='One' sourceRef='ca' targetRef='undo_a'/>\nis -> a -> w -> ie\n"
                + handler("es", starting("es_s", E1), f"{throw('t', UNDO)}\nend he\nes_s -> t -> he"),
            )
            + "\ns -> sp -> e",
        ),
        """start p
  +s -s +sp +is -is +a
complete a
complete a
  -a +w
throw w E1
  !w +es +es_s -es_s +t +ca -ca +undo_a -undo_a +ca -ca +undo_a -undo_a -t +he -he -es -sp +e -e
state completed
""",
    ),
    "a join inside instances counts each instance's own tokens": (
        (
            "start s\nend e\n"
            + sub("sp", "start is\nand g j\nuser ia\njob ib\nend ie\nis -> g -> ia -> j -> ie\ng -> ib -> j", TWICE)
            + "\ns -> sp -> e",
        ),
        """start p
  +s -s +sp +is -is +g -g +ia +ib +is -is +g -g +ia +ib
task ia
  -ia
complete ib/2
  -ib
complete ib
  -ib +j -j +ie -ie
task ia
  -ia +j -j +ie -ie -sp +e -e
state completed
""",
    ),
    "an inclusive join does not wait for a branch that a boundary event has led away": (
        (
            "start s\nor g j\njob a b\nend e f\n"
            + boundary("x", "b", HOUR)
            + "\ns -> g\ng -> a if true\ng -> b if true\na -> j\nb -> j\nj -> e\nx -> f",
        ),
        """start p
  +s -s +g -g +a +b
complete a
  -a
advance 1h
  ~b +x -x +f -f +j -j +e -e
state completed
""",
    ),
    "a timer of the handler of a called process does not fire after the call was interrupted": (
        (
            'start s\n<callActivity id="c" calledElement="q"/>\nend e f\n'
            + boundary("b", "c", MSG)
            + "\ns -> c -> e\nb -> f",
            process(
                "q",
                "start qs\nuser qu\nend qe\nqs -> qu -> qe\n"
                + handler("es", starting("es_s", HOUR, interrupts=False), "user h\nend he\nes_s -> h -> he"),
            ),
        ),
        """start p
  +s -s +c
  #2 +qs -qs +qu
publish Msg
  ~c +b -b +f -f
  #2 ~qu
advance 2h
state completed
state #2 cancelled
""",
    ),
    "two events are due at one instant and happen in the order in which they began to wait": (
        (
            f"start s\nand g\nend e f\n{catch('c1', HOUR)}\nuser u\n"
            + boundary("b", "u", HOUR, interrupts=False)
            + "\nend h\ns -> g -> u -> e\ng -> c1 -> f\nb -> h",
        ),
        """start p
  +s -s +g -g +u +c1
advance 1h
  +b -b +h -h -c1 +f -f
task u
  -u +e -e
state completed
""",
    ),
    "a cycle of three fires three times while the task stays open": (
        (
            "start s\nuser u\nend e h\n"
            + boundary(
                "b",
                "u",
                "<timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>",
                interrupts=False,
            )
            + "\ns -> u -> e\nb -> h",
        ),
        """start p
  +s -s +u
advance 1h
  +b -b +h -h
advance 5h
  +b -b +h -h +b -b +h -h
task u
  -u +e -e
state completed
""",
    ),
    "a handler that interrupts ends the other handler that runs beside it": (
        (
            "start s\nuser u\nend e\ns -> u -> e\n"
            + handler("es", starting("es_s", SIG, interrupts=False), "user h\nend he\nes_s -> h -> he")
            + handler("et", starting("et_s", MSG), "task k\nend ke\net_s -> k -> ke"),
        ),
        """start p
  +s -s +u
broadcast Sig
  +es +es_s -es_s +h
publish Msg
  ~u ~h ~es +et +et_s -et_s +k -k +ke -ke -et
state completed
""",
    ),
    "an escalation of a called process reaches the handler of the caller's scope and the call goes on": (
        (
            'start s\n<callActivity id="c" calledElement="q"/>\nend e\ns -> c -> e\n'
            + handler("es", starting("es_s", X1, interrupts=False), "task h\nend he\nes_s -> h -> he"),
            process("q", f"start qs\n{throw('t', X1)}\nuser qu\nend qe\nqs -> t -> qu -> qe"),
        ),
        """start p
  +s -s +c +es +es_s -es_s +h -h +he -he -es
  #2 +qs -qs +t -t +qu
task qu
  -c +e -e
  #2 -qu +qe -qe
state completed
""",
    ),
    "a complex gateway in each instance fires for itself": (
        (
            "start s\nend e\n"
            + sub(
                "sp",
                "start is\nand g\njob a b\n<complexGateway id='k'><activationCondition>activationCount >= 1</activationCondition></complexGateway>\ntask t\nend ie\nis -> g -> a -> k -> t -> ie\ng -> b -> k",
                ONE_BY_ONE,
            )
            + "\ns -> sp -> e",
        ),
        """start p
  +s -s +sp +is -is +g -g +a +b
complete b
  -b +k -k +t -t +ie -ie
complete a
  -a +is -is +g -g +a +b
complete a
  -a +k -k +t -t +ie -ie
complete b
  -b -sp +e -e
state completed
""",
    ),
    "a condition that is true on entering a sub-process takes over before its work is offered": (
        (
            "start s\nend e\n"
            + sub(
                "sp",
                "start is\njob w\nend ie\nis -> w -> ie\n"
                + handler("es", starting("es_s", condition("stop")), "task h\nend he\nes_s -> h -> he"),
            )
            + "\ns -> sp -> e",
        ),
        """start p {"stop": true}
  +s -s +sp +es +es_s -es_s +h -h +he -he -es -sp +e -e
jobs []
state completed
""",
    ),
    "a parallel multiple boundary event waits for both and ends the call": (
        (
            'start s\n<callActivity id="c" calledElement="q"/>\nend e f\n<boundaryEvent id="b" attachedToRef="c" parallelMultiple="true">'
            + MSG
            + SIG
            + "</boundaryEvent>\ns -> c -> e\nb -> f",
            process("q", "start qs\nuser qu\nend qe\nqs -> qu -> qe"),
        ),
        """start p
  +s -s +c
  #2 +qs -qs +qu
broadcast Sig
publish Msg
  ~c +b -b +f -f
  #2 ~qu
state completed
""",
    ),
    "the cancelled transaction inside an instance leaves the other instance alone": (
        (
            "start s\nend e\n"
            + sub(
                "sp",
                "start is\nend ie ix\n"
                + sub(
                    "tr",
                    f"start ts\njob a\nxor g\nend te\n{ending('tc', '<cancelEventDefinition/>')}\nts -> a -> g\ng -> tc if no\ng -> te default",
                    kind="transaction",
                )
                + boundary("c", "tr", "<cancelEventDefinition/>")
                + "\nis -> tr -> ie\nc -> ix",
                TWICE,
            )
            + "\ns -> sp -> e",
        ),
        """start p
  +s -s +sp +is -is +tr +ts -ts +a +is -is +tr +ts -ts +a
complete a {"no": true}
  -a +g -g +tc -tc ~tr +c -c +ix -ix
complete a {"no": false}
  -a +g -g +te -te -tr +ie -ie -sp +e -e
state completed
""",
    ),
    "a multiple end event sends its message and throws its escalation to the boundary": (
        (
            "start s\nend e f\n"
            + sub("sp", f"start is\n{ending('x', NOTE + X1)}\nis -> x")
            + boundary("b", "sp", X1, interrupts=False)
            + f"\n{catch('c', NOTE)}\ns -> sp -> c -> e\nb -> f",
        ),
        """start p
  +s -s +sp +is -is +x -x +b -b +f -f -sp +c -c +e -e
state completed
""",
    ),
    "a message for a task that came too early is taken by the next round of the loop": (
        (
            'start s\n<receiveTask id="r" messageRef="m"><standardLoopCharacteristics loopMaximum="2"/></receiveTask>\nend e\ns -> r -> e',
        ),
        """start p
  +s -s +r
publish Msg
publish Msg
  -r +e -e
state completed
""",
    ),
    "a user task of a cancelled process is withdrawn in the called process too": (
        (
            'start s\n<callActivity id="c" calledElement="q"/>\nend e\ns -> c -> e',
            process(
                "q", "start qs\nend qe\n" + sub("sp", "start is\nuser iu\nend ie\nis -> iu -> ie") + "\nqs -> sp -> qe"
            ),
        ),
        """start p
  +s -s +c
  #2 +qs -qs +sp +is -is +iu
cancel
  ~c
  #2 ~iu ~sp
state cancelled
state #2 cancelled
""",
    ),
    "two parallel multiple events at one task gather each for itself, and begin again": (
        (
            "start s\nuser u\nend e f h\n"
            '<boundaryEvent id="b1" attachedToRef="u" cancelActivity="false" parallelMultiple="true">'
            + MSG
            + SIG
            + "</boundaryEvent>\n"
            '<boundaryEvent id="b2" attachedToRef="u" cancelActivity="false" parallelMultiple="true">'
            + NOTE
            + SIG
            + "</boundaryEvent>\n"
            "s -> u -> e\nb1 -> f\nb2 -> h",
        ),
        """start p
  +s -s +u
broadcast Sig
publish Msg
  +b1 -b1 +f -f
publish Note
  +b2 -b2 +h -h
publish Msg
broadcast Sig
  +b1 -b1 +f -f
publish Note
  +b2 -b2 +h -h
task u
  -u +e -e
state completed
""",
    ),
}


@pytest.mark.parametrize("sentence", CASES)
def test_combination(sentence: str) -> None:
    assert play_combination(sentence, CASES[sentence]) > 0
