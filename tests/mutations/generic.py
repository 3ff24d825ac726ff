# SPDX-License-Identifier: Apache-2.0
"""Small changes everywhere in the kernel, and how many of them the suites let live.

`python -m tests.mutations.generic --sample 40 --seed 1` changes one comparison, truth value, sum, number or call at a
time, runs the kernel's suites against it and prints who survived. Some survivors are no bugs: the change made no
difference (a limit that no test reaches, an order that does not matter).
"""

import argparse
import ast
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutations.gate import SOURCE, fails_with

SUITES = ("tests/conformance/bpmn", "tests/kernel")
SECONDS = 120.0
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


def main() -> int:
    """Change a sample and print the rate of survival."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sample", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    every = list(sites())
    sample = random.Random(chosen.seed).sample(every, min(chosen.sample, len(every)))
    survivors = 0
    changes = [(site.file, *mutated(site)) for site in sorted(sample, key=lambda site: (site.file, site.number))]
    for file, text, change in changes:
        if not fails_with({file: text}, SUITES, SECONDS):
            survivors += 1
            sys.stdout.write(f"survived  {change}\n")
            sys.stdout.flush()
    rate = survivors / len(sample)
    sys.stdout.write(f"{survivors} of {len(sample)} changes survived ({rate:.0%}); {len(every)} places in all\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
