"""The changes that a mutant makes: one at a time, in the syntax tree.

Left alone: docstrings, annotations, imports, decorators. Everything else that a program can say, it can say
wrongly.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_ANNOTATED = {"annotation", "returns", "decorator_list", "type_params"}


@dataclass(frozen=True)
class Mutant:
    """A changed module: `line` is where, `change` what was changed."""

    line: int
    change: str
    tree: ast.Module


@dataclass(frozen=True)
class _Site:
    """How to reach a node from the module's root, again in a copy."""

    node: ast.AST
    steps: tuple[tuple[str, int | None], ...]


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of `source`, in the order of its lines."""
    tree = ast.parse(source)
    found = [mutant for site in _sites(tree, ()) for mutant in _at(tree, site)]
    yield from sorted(found, key=lambda mutant: mutant.line)


def _sites(node: ast.AST, steps: tuple[tuple[str, int | None], ...]) -> Iterator[_Site]:
    if _is_left_alone(node):
        return
    yield _Site(node, steps)
    for name, value in ast.iter_fields(node):
        if name in _ANNOTATED:
            continue
        if isinstance(value, ast.AST):
            yield from _sites(value, (*steps, (name, None)))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _sites(item, (*steps, (name, index)))


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.Import | ast.ImportFrom)


def _at(tree: ast.Module, site: _Site) -> Iterator[Mutant]:
    line = getattr(site.node, "lineno", 0)
    for change, new in _changes(site.node):
        yield Mutant(line, change, _replaced(tree, site, new))


def _replaced(tree: ast.Module, site: _Site, new: ast.AST) -> ast.Module:
    copied = copy.deepcopy(tree)
    parent: ast.AST = copied
    for name, index in site.steps[:-1]:
        value = getattr(parent, name)
        parent = value if index is None else value[index]
    name, index = site.steps[-1]
    if index is None:
        setattr(parent, name, new)
    else:
        getattr(parent, name)[index] = new
    return ast.fix_missing_locations(copied)


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Constant():
            yield from _other_constants(node)
        case ast.Compare():
            yield from _other_comparisons(node)
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "and <-> or", _with(node, op=other)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not left out", copy.deepcopy(operand)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield "minus left out", copy.deepcopy(operand)
        case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC:
            yield "arithmetic", _with(node, op=_ARITHMETIC[type(operator)]())
        case ast.If() | ast.IfExp() | ast.While():
            if not isinstance(node, ast.While):
                yield "condition always true", _with(node, test=ast.Constant(value=True))
            yield "condition always false", _with(node, test=ast.Constant(value=False))
        case ast.Return(value=value) if value is not None:
            yield "returns None", _with(node, value=ast.Constant(value=None))
        case ast.Expr(value=ast.Call()):
            yield "call left out", ast.Pass()
        case ast.Raise():
            yield "raise left out", ast.Pass()
        case ast.For():
            yield "loop over nothing", _with(node, iter=ast.Tuple(elts=[], ctx=ast.Load()))
        case ast.comprehension(ifs=conditions) if conditions:
            yield "filter left out", _with(node, ifs=[])
        case ast.Call(keywords=keywords):
            for index, keyword in enumerate(keywords):
                if not isinstance(keyword.value, ast.Constant):
                    other_keywords = copy.deepcopy(keywords)
                    other_keywords[index].value = ast.Constant(value=None)
                    yield f"argument {keyword.arg} is None", _with(node, keywords=other_keywords)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    copied = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(copied, name, value)
    return copied


def _other_constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} -> {not value}", _with(node, value=not value)
    elif isinstance(value, int):
        yield f"{value} -> {value + 1}", _with(node, value=value + 1)
    elif isinstance(value, str) and value:
        yield f"{value[:30]!r} -> another text", _with(node, value=f"{value}\N{PILCROW SIGN}")


def _other_comparisons(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for index, operator in enumerate(node.ops):
        if type(operator) in _COMPARISONS:
            other = _COMPARISONS[type(operator)]()
            operators = [*node.ops[:index], other, *node.ops[index + 1 :]]
            yield f"{type(operator).__name__} -> {type(other).__name__}", _with(node, ops=operators)
