import warnings


def old():
    warnings.warn("old is going away", DeprecationWarning, stacklevel=2)
    warnings.warn("and a second word", UserWarning)


old()
for _ in range(3):
    old()
warnings.simplefilter("error")
try:
    old()
except DeprecationWarning as error:
    print("raised", error)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    old()
    print([str(w.message) for w in caught], [w.lineno for w in caught])
