import sys

try:
    print("leaving")
    sys.exit(300)
finally:
    print("cleaning")
