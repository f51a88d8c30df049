"""What can be said of a script before it starts. Nothing of it is run."""

import ast
import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

_LARGEST = 512 * 1024
_OCS = {"ocs", "sorunlib"}
# In YAML, or in the JSON that YAML also is.
_HUB = re.compile(r"""(^|[{,\s])["']?hub["']?\s*:""")


@dataclass(frozen=True)
class Finding:
    severity: str
    line: int | None
    code: str
    message: str


def check_script(script: str, hostname: str) -> list[Finding]:
    """Findings in the order of their weight; one of severity `error` means that the script cannot start."""
    try:
        size = len(script.encode())
    except UnicodeEncodeError:
        return [Finding("error", None, "SCRIPT_NOT_TEXT", "The script is not UTF-8 text. Save it as UTF-8.")]
    if size > _LARGEST:
        text = f"The script has {size} bytes; the limit is {_LARGEST} (512 KiB). Move data into a file that it reads."
        return [Finding("error", None, "SCRIPT_TOO_LARGE", text)]
    if "\0" in script:
        return [Finding("error", None, "SCRIPT_NOT_TEXT", "The script holds NUL characters. Save it as UTF-8 text.")]
    script = script.removeprefix("\ufeff")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree = ast.parse(script, "script.py")
            compile(script, "script.py", "exec", dont_inherit=True)
        except SyntaxError as error:
            return [Finding("error", error.lineno or 1, "SYNTAX_ERROR", f"line {error.lineno or 1}: {error.msg}")]
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            text = f"Python cannot compile the script: {type(error).__name__}: {error}"
            return [Finding("error", 1, "SYNTAX_ERROR", text)]
    # Others may warn meanwhile, of other things.
    warned = [w for w in caught if w.filename == "script.py"]
    found = [Finding("warning", w.lineno, "SYNTAX_WARNING", str(w.message)) for w in warned]
    if imports_ocs(tree):
        found = [Finding("error", None, "OCS_CONFIG_MISSING", text) for text in ocs_problems()] + found
    return found + _platform_checks(tree, hostname)


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
    """What keeps sorunlib from finding the observatory, each as a sentence that says what to do."""
    folder = os.environ.get("OCS_CONFIG_DIR")
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
    config = os.environ.get("SORUNLIB_CONFIG")
    if not config:
        problems.append(
            "SORUNLIB_CONFIG is not set: sorunlib does not know the registry. Set it to the path of sorunlib.yaml."
        )
    elif not Path(config).is_file():
        problems.append(f"{config}, named by SORUNLIB_CONFIG, is not there: sorunlib does not know the registry.")
    return problems


def _platform_checks(tree: ast.Module, hostname: str) -> list[Finding]:
    """Comparisons of the host name with that of another telescope."""
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
