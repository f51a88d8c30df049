"""Prints texts as JSON, each with whether the check of the runner accepts it: the modules of this Python's standard library, the
strings in those of its tests that are about syntax, and the texts from standard input."""

import ast
import doctest
import json
import os
import sys
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path

from sequencer_runner.supervisor.checks import check_script

LIBRARY = Path(os.__file__).parent
TESTS = (
    "test_syntax test_grammar test_fstring test_patma test_named_expressions test_future test_scope test_unpack_ex test_compile "
    "test_coroutines test_generators test_positional_only_arg test_type_params test_exception_group test_string_literals "
    "test_global test_eof test_except_star test_unicode_identifiers test_exceptions test_asyncgen test_decorators"
).split()


def strings_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
            yield textwrap.dedent(node.value)
            try:
                yield from (example.source for example in doctest.DocTestParser().get_examples(node.value))
            except ValueError:
                pass


def texts() -> Iterator[str]:
    yield from json.load(sys.stdin)
    for path in sorted(LIBRARY.glob("*.py")):
        yield path.read_text(encoding="utf-8")
    for name in TESTS:
        for path in LIBRARY.glob(f"test/**/{name}.py"):
            yield from strings_in(path.read_text(encoding="utf-8"))


def is_text(text: str) -> bool:
    try:
        return "\0" not in text and len(text.encode()) <= 512 * 1024
    except UnicodeEncodeError:
        return False


warnings.simplefilter("ignore")
json.dump(
    [
        {"text": text, "isAccepted": not any(finding.code == "SYNTAX_ERROR" for finding in check_script(text, "host"))}
        for text in dict.fromkeys(texts())
        if is_text(text)
    ],
    sys.stdout,
)
