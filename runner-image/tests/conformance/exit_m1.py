import sys

try:
    print("leaving")
    sys.exit(-1)
finally:
    print("cleaning")
