import sys

try:
    print("leaving")
    sys.exit(3)
finally:
    print("cleaning")
