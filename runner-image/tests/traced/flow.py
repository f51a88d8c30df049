def classify(n):
    if n < 0:
        return "less"
    if n == 0:
        return "none"
    return "more"


for number in (-1, 0):
    kind = classify(number)
count = 1
while count:
    count -= 1
kind = "over"
match count:
    case 1:
        kind = "one"
    case 0:
        kind = "zero"
try:
    [][0]
except IndexError as error:
    kind = str(error)
finally:
    count = 5
total = sum(
    value
    for value in (
        1,
        2,
    )
)
squares = [n * n for n in range(1)]
kind = (
    classify(
        total
    )
    or "nothing"
)
print(kind, total, squares)
