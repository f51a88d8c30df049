import sys

try:
    print("leaving")
    sys.exit(None)
finally:
    print("cleaning")
