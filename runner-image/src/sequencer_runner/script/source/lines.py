"""Maps lines to statements: a call over ten lines counts as its first line."""

import ast
from dataclasses import dataclass, field


@dataclass
class Lines:
    """`first`: the first line of the statement of each line. `several`: first lines of multi-line statements."""

    first: dict[int, int] = field(default_factory=dict)
    several: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, tree: ast.Module) -> "Lines":
        lines = cls()
        # Breadth first: nested statements come later and override.
        for node in ast.walk(tree):
            if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                lines._add(node)
        return lines

    def _add(self, node: "ast.stmt | ast.ExceptHandler | ast.match_case") -> None:
        if isinstance(node, ast.match_case):
            begin, end = node.pattern.lineno, node.body[0].lineno - 1
        else:
            begin = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            body = getattr(node, "body", None)
            end = max(begin, _header_end(node)) if isinstance(body, list) else node.end_lineno or begin
        for line in range(begin, end + 1):
            self.first[line] = begin
        if end > begin:
            self.several.add(begin)

    def of_line(self, line: int) -> int:
        return self.first.get(line, line)


def _header_end(node: ast.AST) -> int:
    """The last line of the header, before the body."""
    end = 0
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            end = max(end, *(getattr(part, "end_lineno", 0) for part in ast.walk(child)))
    return end
