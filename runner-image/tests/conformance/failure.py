import json


class Odd(Exception):
    pass


def inner(n):
    with open("/dev/null") as file:
        return file.read()[n]


def outer():
    try:
        inner(
            5,
        )
    except IndexError as error:
        raise Odd("no such place") from error


try:
    json.loads("{")
except ValueError:
    outer()
