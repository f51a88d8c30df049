import contextlib
import functools


def loud(function):
    @functools.wraps(function)
    def around(*args):
        result = function(*args)
        return result

    return around


@loud
def double(n):
    return n * 2


class Counter:
    step = 1

    def __init__(self, start):
        self.value = start

    @property
    def next(self):
        return self.value + self.step


def count(n):
    while n:
        yield n
        n -= 1


@contextlib.contextmanager
def held(name):
    print("take", name)
    try:
        yield name
    finally:
        print("leave", name)


with held("one") as name:
    double(Counter(3).next)
for n in count(1):
    double(n)
ordered = sorted([3, 1], key=lambda n: -n)
exec("a = 1\nb = a + 1")
print(list(map(double, ordered[:1])), b)
