#!/usr/bin/env python3
"""Prints the first program of a README: first_program.py README.md > main.cc"""

import re
import sys


def main(arguments):
    if len(arguments) != 2:
        raise SystemExit(__doc__)
    with open(arguments[1], encoding="utf-8") as readme:
        block = re.search(r"^```cpp\n(.*?)^```$", readme.read(), re.MULTILINE | re.DOTALL)
    if block is None:
        raise SystemExit(f"{arguments[1]} has no ```cpp block")
    if not re.search(r"\bint main\(", block.group(1)):
        raise SystemExit(f"the first ```cpp block of {arguments[1]} is not a whole program")
    print(block.group(1), end="")


if __name__ == "__main__":
    main(sys.argv)
