from __future__ import annotations

import contextlib
import dataclasses
import functools
import pickle
import types


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2


def gen(n):
    try:
        for k in range(n):
            got = yield k
            if got:
                print("got", got)
    finally:
        print("gen closed")


@contextlib.contextmanager
def suppressed():
    try:
        yield "inside"
    except ZeroDivisionError as error:
        print("suppressed", error)


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def locals_are_own():
    a = 1
    b = [a for a in range(3)]
    exec("c = 5")
    return sorted(locals()), b


print(pickle.loads(pickle.dumps(Point(1))), Point.__module__, Point.__annotations__)
g = gen(5)
print(next(g), g.send("word"), next(g))
g.close()
with suppressed() as word:
    print(word)
    1 / 0
print(fib(20), fib.cache_info().hits)
print(locals_are_own())
namespace: dict = {}
exec(compile("def made(n):\n    return n * 2\n", "<made>", "exec"), namespace)
print(namespace["made"](4), [f(3) for f in [lambda n: n, lambda n: n * 2]])
match (1, [2, 3]):
    case (1, [a, *rest]):
        print(a, rest)
try:
    try:
        raise KeyError("first")
    finally:
        print("finally")
except KeyError as error:
    print(type(error.__traceback__.tb_frame), error.__traceback__.tb_lineno, error.__context__)
while True:
    break
else:
    print("never")
for n in range(2):
    continue
else:
    print("else", n)
print(sorted([3, 1, 2], key=lambda n: -n), list(map(lambda n: n + 1, [1, 2])))
print(isinstance(locals_are_own, types.FunctionType), globals() is locals(), fib.__wrapped__.__code__.co_firstlineno)


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


print(deep(500))
try:
    deep(10**6)
except RecursionError as error:
    print(type(error).__name__)
del n
print(1 if "n" in globals() else 0)
