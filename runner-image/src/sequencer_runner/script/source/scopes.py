"""Facts about a code object that only its source has: its class, for private names, and its `global` statements."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

from sequencer_runner.common.python_code import first_line
from sequencer_runner.script.source.sources import Sources

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMES: dict[type[ast.AST], str] = {
    ast.Lambda: "<lambda>",
    ast.GeneratorExp: "<genexpr>",
    ast.ListComp: "<listcomp>",
    ast.SetComp: "<setcomp>",
    ast.DictComp: "<dictcomp>",
}


@dataclass(frozen=True)
class Scope:
    private: str | None = None
    """The class that the code is part of: its `__name` means `_Class__name`."""
    declared: frozenset[str] = frozenset()
    """Names that the code declares global."""


def scope_of(code: CodeType, sources: Sources) -> Scope:
    source = sources.get(code.co_filename)
    if source is None:
        return Scope()
    left: list[tuple[ast.AST, str | None]] = [(source.tree, None)]
    while left:
        node, private = left.pop()
        if isinstance(node, ast.ClassDef):
            private = node.name
        if _is_of(node, code):
            return Scope(private, frozenset(declared_global(node)))
        left += [(child, private) for child in ast.iter_child_nodes(node)]
    return Scope()


def _is_of(node: ast.AST, code: CodeType) -> bool:
    name = _NAMES.get(type(node)) or getattr(node, "name", None)
    if name != code.co_name:
        return False
    return code.co_firstlineno == (first_line(node) if isinstance(node, ast.stmt) else getattr(node, "lineno", 0))


def declared_global(scope: ast.AST) -> Iterator[str]:
    """The names in `global` statements of this scope, without nested scopes."""
    left = list(ast.iter_child_nodes(scope))
    while left:
        node = left.pop()
        if isinstance(node, ast.Global):
            yield from node.names
        elif not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            left += ast.iter_child_nodes(node)
