# SPDX-License-Identifier: Apache-2.0
"""Small changes everywhere in the kernel, and how many of them the suites let live.

`python -m tests.mutations.generic --sample 150 --seed 1` changes one comparison, truth value, sum, number or call at a
time, runs the kernel's suites against it, those of the changed module first, and prints who survived. Some survivors
are no bugs: the change made no difference (a limit that no test reaches, an order that does not matter).
"""

import argparse
import ast
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutations.forks import ROOT, SOURCE, Change, ModuleChange, preload, try_all, write_line

WIDE = ("tests/conformance/bpmn", "tests/kernel", "tests/conformance/bpmn_rules", "tests/properties/test_kernel.py")
NARROW = {  # by folder or module of the kernel, longest first wins; else the test file of the module's name
    "rules": ("tests/conformance/bpmn_rules", "tests/kernel/test_rules.py"),
    "soundness": ("tests/kernel/soundness",),
    "elements": (),
}
NEARBY = "tests/conformance/bpmn/test_scenarios.py"  # a third of a second each, and nearly every line of the kernel
SECONDS = 90.0
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where something can be changed: the file, and the number of the node in a walk over its tree."""

    file: str
    number: int


def sites() -> Iterator[Site]:
    """All of them, in the order of the files."""
    for path in sorted((SOURCE / "kernel").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for number, node in enumerate(ast.walk(tree)):
            if _change(node) is not None:
                yield Site(file=str(path.relative_to(SOURCE)), number=number)


def mutated(site: Site) -> tuple[str, str]:
    """The file's text with the change, and what was changed."""
    tree = ast.parse((SOURCE / site.file).read_text(encoding="utf-8"))
    node = list(ast.walk(tree))[site.number]
    before, line = ast.unparse(node), getattr(node, "lineno", 0)
    after = _change(node)
    assert after is not None  # only such nodes are sites
    node.__class__ = after.__class__
    for name in after._fields:
        setattr(node, name, getattr(after, name))
    ast.fix_missing_locations(tree)
    return ast.unparse(tree), f"{site.file}:{line}: {before} -> {ast.unparse(after)}"


def _change(node: ast.AST) -> ast.AST | None:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=comparators) if type(operator) in COMPARISONS:
            return ast.Compare(left=left, ops=[COMPARISONS[type(operator)]()], comparators=comparators)
        case ast.BoolOp(op=ast.And(), values=values):
            return ast.BoolOp(op=ast.Or(), values=values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return ast.BoolOp(op=ast.And(), values=values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ast.Call(func=ast.Name(id="bool", ctx=ast.Load()), args=[operand], keywords=[])
        case ast.BinOp(op=ast.Add(), left=left, right=ast.Constant(value=int()) as right):
            return ast.BinOp(op=ast.Sub(), left=left, right=right)
        case ast.Expr(value=ast.Call()):
            return ast.Expr(value=ast.Constant(value=None))
    return None


def suites_of(file: str) -> tuple[tuple[str, ...], ...]:
    """What is run against a change of *file*, stage by stage."""
    path = Path(file).relative_to("kernel")
    folder = path.parts[0] if len(path.parts) > 1 else ""
    narrow = NARROW.get(folder, ())
    words = {word.rstrip("s") for word in path.stem.split("_")}
    by_name = [
        str(test.relative_to(ROOT))
        for test in sorted((ROOT / "tests" / "kernel").glob("test_*.py"))
        if words & {word.rstrip("s") for word in test.stem.split("_")[1:]}
    ]
    near = (*narrow, *by_name) if folder in {"rules", "soundness"} else (*by_name, NEARBY)
    return (tuple(dict.fromkeys(near)), WIDE)


def changes(sample: list[Site]) -> Iterator[Change]:
    """In the order of the files."""
    for site in sorted(sample, key=lambda site: (site.file, site.number)):
        text, what = mutated(site)
        yield ModuleChange(file=site.file, text=text, what=what, suites=suites_of(site.file))


def main() -> int:
    """Change a sample and print the rate of survival."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sample", type=int, default=150)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--only", default="", help="a part of the file's name")
    chosen = options.parse_args()
    every = [site for site in sites() if chosen.only in site.file]
    sample = random.Random(chosen.seed).sample(every, min(chosen.sample, len(every)))
    preload()
    survivors, endless = 0, 0
    for trial in try_all(changes(sample), workers=chosen.workers, seconds=SECONDS):
        endless += trial.is_out_of_time
        if trial.has_survived:
            survivors += 1
            write_line(sys.stdout, f"survived  {trial.change.what}")
    rate = survivors / max(len(sample), 1)
    write_line(sys.stdout, f"{survivors} of {len(sample)} changes survived ({rate:.0%}); {len(every)} places in all")
    write_line(sys.stdout, f"{endless} of the others made the suites compute for more than {SECONDS:.0f} seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
