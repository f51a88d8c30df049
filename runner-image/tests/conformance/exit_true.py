import sys

try:
    print("leaving")
    sys.exit(True)
finally:
    print("cleaning")
