# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501  (lines of models)
"""Elements together that the scenarios show apart: what follows was written down from the standard before it was run.

A case is a sentence, a model in the short lines of `sketch`, and a scenario in the form of `scenario`.
"""

from pathlib import Path

import pytest

from tests.conformance.bpmn.scenario import Stage, follow
from tests.conformance.bpmn.sketch import model, process

ROOTS = (
    '<message id="m" name="Msg"/><message id="n" name="Note"/><signal id="sg" name="Sig"/><error id="e1" errorCode="E1"/>'
    '<error id="e2" errorCode="E2"/><escalation id="x1" escalationCode="X1"/><escalation id="x2" escalationCode="X2"/>'
)
TWICE = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
ONE_BY_ONE = '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>'
MSG = '<messageEventDefinition messageRef="m"/>'
NOTE = '<messageEventDefinition messageRef="n"/>'
SIG = '<signalEventDefinition signalRef="sg"/>'
HOUR = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
HOURLY = "<timerEventDefinition><timeCycle>R/PT1H</timeCycle></timerEventDefinition>"
X1 = '<escalationEventDefinition escalationRef="x1"/>'
X2 = '<escalationEventDefinition escalationRef="x2"/>'
E1 = '<errorEventDefinition errorRef="e1"/>'
LINK = '<linkEventDefinition name="L"/>'
UNDO = "<compensateEventDefinition/>"
END_ALL = "<terminateEventDefinition/>"
E2 = '<errorEventDefinition errorRef="e2"/>'


def condition(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"


def boundary(name: str, host: str, what: str, *, interrupts: bool = True) -> str:
    mark = "" if interrupts else ' cancelActivity="false"'
    return f'<boundaryEvent id="{name}" attachedToRef="{host}"{mark}>{what}</boundaryEvent>'


def catch(name: str, what: str) -> str:
    return f'<intermediateCatchEvent id="{name}">{what}</intermediateCatchEvent>'


def throw(name: str, what: str) -> str:
    return f'<intermediateThrowEvent id="{name}">{what}</intermediateThrowEvent>'


def ending(name: str, what: str) -> str:
    return f'<endEvent id="{name}">{what}</endEvent>'


def starting(name: str, what: str, *, interrupts: bool = True) -> str:
    mark = "" if interrupts else ' isInterrupting="false"'
    return f'<startEvent id="{name}"{mark}>{what}</startEvent>'


def sub(name: str, body: str, more: str = "", kind: str = "subProcess", attributes: str = "") -> str:
    return f'<{kind} id="{name}"{attributes}>{more}\n{body}\n</{kind}>'


def handler(name: str, start: str, body: str) -> str:
    return f'<subProcess id="{name}" triggeredByEvent="true">\n{start}\n{body}\n</subProcess>'


INNER = f"start is\n{ending('ix', X1)}\nis -> ix"

CASES: dict[str, tuple[tuple[str, ...], str]] = {
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
    processes, scenario = CASES[sentence]
    stage = Stage(Path(sentence))
    stage.engine.deploy(model(*processes, roots=ROOTS))

    follow(stage, scenario)
