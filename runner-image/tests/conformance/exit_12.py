import sys

try:
    print("leaving")
    sys.exit((1, 2))
finally:
    print("cleaning")
