"""Checks a script before it starts, without running any of it."""

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sequencer_runner.common.environment import OCS_CONFIG_DIR, SORUNLIB_CONFIG
from sequencer_runner.common.python_code import COMPILER_ERRORS, first_line, line_of, problem_of, python_lines
from sequencer_runner.supervisor.hidden_characters import hidden_characters

_LARGEST = 512 * 1024
# The event `started` has a span for each statement, and must fit into one message together with the script.
_STATEMENTS = 20_000
_HIDDEN_LINES = 20
_NAMED = 10
_OCS = {"ocs", "sorunlib"}
# In YAML or JSON.
_HUB = re.compile(r"""(^|[{,\s])["']?hub["']?\s*:""")


@dataclass(frozen=True)
class Finding:
    severity: str
    line: int | None
    code: str
    message: str
    column: int | None = None
    """From 1, in characters."""


def check_script(script: str, hostname: str, start_at: int = 0, start_line: int | None = None) -> list[Finding]:
    """Returns findings, the most severe first. With an `error`, the script cannot start, or not at that statement."""
    try:
        size = len(script.encode())
    except UnicodeEncodeError:
        return [Finding("error", None, "SCRIPT_NOT_TEXT", "The script is not UTF-8 text. Save it as UTF-8.")]
    if size > _LARGEST:
        text = f"The script has {size} bytes; the limit is {_LARGEST} (512 KiB). Move data into a file."
        return [Finding("error", None, "SCRIPT_TOO_LARGE", text)]
    if "\0" in script:
        return [Finding("error", None, "SCRIPT_NOT_TEXT", "The script contains NUL characters. Save it as UTF-8 text.")]
    script = script.removeprefix("\ufeff")
    lines = python_lines(script)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(script, "script.py", "exec", dont_inherit=True)
            tree = ast.parse(script, "script.py")
        except COMPILER_ERRORS as error:
            column = error.offset if isinstance(error, SyntaxError) else None
            column = column if isinstance(column, int) and column > 0 else None
            return [Finding("error", line_of(error, len(lines)), "SYNTAX_ERROR", problem_of(error), column)]
    if len(tree.body) > _STATEMENTS:
        text = (
            f"The script has {len(tree.body)} statements; the limit is {_STATEMENTS}. "
            "Move statements into functions or loops, or data into a file."
        )
        return [Finding("error", tree.body[_STATEMENTS].lineno, "SCRIPT_TOO_LARGE", text)]
    # Other threads may cause other warnings meanwhile.
    warned = dict.fromkeys((w.lineno, str(w.message)) for w in caught if w.filename == "script.py")
    found = [Finding("warning", line, "SYNTAX_WARNING", text) for line, text in warned]
    found += _hidden(lines)
    if imports_ocs(tree):
        found = [Finding("error", None, "OCS_CONFIG_MISSING", text) for text in ocs_problems()] + found
    return _beginning(tree, start_at, start_line) + found + _platform_checks(tree, hostname)


def _hidden(lines: list[str]) -> list[Finding]:
    found = [
        Finding("warning", line, "HIDDEN_CHARACTERS", f"This line may not run as it looks: it contains {names}.", at)
        for line, at, names in hidden_characters(lines)
    ]
    left_out = len(found) - _HIDDEN_LINES
    if left_out > 0:
        text = f"{left_out} more lines contain hidden characters."
        found[_HIDDEN_LINES:] = [Finding("warning", None, "HIDDEN_CHARACTERS", text)]
    return found


def statements_of(script: str) -> list[dict[str, int]]:
    """The top-level statements with their first and last lines, including decorators. Raises COMPILER_ERRORS."""
    body = ast.parse(script.removeprefix("\ufeff"), "script.py").body
    return [{"index": i, "firstLine": first_line(n), "lastLine": n.end_lineno or n.lineno} for i, n in enumerate(body)]


def statement_at(script: str, line: int) -> int:
    """The index of the statement that begins at this line. The script must have passed `check_script`."""
    return next(s["index"] for s in statements_of(script) if s["firstLine"] == line)


def _beginning(tree: ast.Module, start_at: int, start_line: int | None) -> list[Finding]:
    if start_line is not None:
        firsts = [first_line(node) for node in tree.body]
        if start_line not in firsts:
            nearest = min(firsts, key=lambda first: abs(first - start_line), default=None)
            text = f"startLine: no statement begins at line {start_line}"
            text += "; the script has none." if nearest is None else f". The nearest begins at line {nearest}."
            return [Finding("error", None, "BAD_INPUT", text)]
        at_line = firsts.index(start_line)
        if start_at not in (0, at_line):
            text = f"startAt: statement {start_at + 1} does not begin at line {start_line}. Specify only one of them."
            return [Finding("error", None, "BAD_INPUT", text)]
        start_at = at_line
    if not start_at:
        return []
    if start_at >= len(tree.body):
        text = f"startAt: the script has {len(tree.body)} statements; it cannot begin with statement {start_at + 1}."
        return [Finding("error", None, "BAD_INPUT", text)]
    return [Finding("info", first_line(tree.body[start_at]), "LEFT_OUT", left_out(tree, start_at))]


def left_out(tree: ast.Module, start_at: int) -> str:
    """Describes the statements that a later start skips, with their imports: those are what the script misses first."""
    skipped = tree.body[:start_at]
    first, last = first_line(skipped[0]), skipped[-1].end_lineno
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    which = "Statement 1" if start_at == 1 else f"Statements 1 to {start_at}"
    text = f"{which} ({where}) {'is' if start_at == 1 else 'are'} skipped"
    imports = [ast.unparse(node) for node in _module_level(skipped) if isinstance(node, (ast.Import, ast.ImportFrom))]
    if not imports:
        return f"{text}."
    more = f"; and {len(imports) - _NAMED} more" if len(imports) > _NAMED else ""
    return f"{text}, including {'; '.join(imports[:_NAMED])}{more}."


def _module_level(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The statements that run when the module runs: also inside `with`, `if` and `try`, but not in functions."""
    left = list(reversed(nodes))
    while left:
        node = left.pop()
        if isinstance(node, (ast.stmt, ast.excepthandler, ast.match_case)):
            yield node
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                left += reversed(list(ast.iter_child_nodes(node)))


def imports_ocs(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
        if any(name.split(".")[0] in _OCS for name in names):
            return True
    return False


def ocs_problems() -> list[str]:
    """Why sorunlib cannot find the observatory. Each entry is a sentence that names the remedy."""
    folder = OCS_CONFIG_DIR.read()
    if not folder:
        return [
            "OCS_CONFIG_DIR is not set: sorunlib cannot find the observatory. Set it to the folder with default.yaml."
        ]
    problems = []
    site = Path(folder) / "default.yaml"
    try:
        text = site.read_text()
        if not _HUB.search(text):
            problems.append(f"{site} has no 'hub:' block: sorunlib cannot find the observatory.")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{site} cannot be read ({error}): sorunlib cannot find the observatory.")
    config = SORUNLIB_CONFIG.read()
    if not config:
        problems.append(
            "SORUNLIB_CONFIG is not set: sorunlib does not know the registry. Set it to the path of sorunlib.yaml."
        )
    elif not Path(config).is_file():
        problems.append(f"{config}, set in SORUNLIB_CONFIG, does not exist: sorunlib does not know the registry.")
    return problems


def _platform_checks(tree: ast.Module, hostname: str) -> list[Finding]:
    """Finds comparisons of the host name with that of another telescope."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not _is_gethostname(node.left):
            continue
        for operator, other in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.Eq) and isinstance(other, ast.Constant) and other.value != hostname:
                text = (
                    f"The script is for {other.value!r}, but this runner is {hostname!r}: its platform check will fail."
                )
                found.append(Finding("warning", node.lineno, "PLATFORM_CHECK", text))
    return found


def _is_gethostname(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name == "gethostname"
