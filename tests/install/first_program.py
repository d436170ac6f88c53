#!/usr/bin/env python3
"""Prints the first program of a page:

    first_program.py README.md > main.cc
    first_program.py <page> <language, as behind the backquotes>
"""

import re
import sys


def main(arguments):
    if len(arguments) not in (2, 3):
        raise SystemExit(__doc__)
    language = arguments[2] if len(arguments) == 3 else "cpp"
    with open(arguments[1], encoding="utf-8") as readme:
        block = re.search(rf"^```{language}\n(.*?)^```$", readme.read(), re.MULTILINE | re.DOTALL)
    if block is None:
        raise SystemExit(f"{arguments[1]} has no ```{language} block")
    if not re.search(r"\b(int main|def main)\(", block.group(1)):
        raise SystemExit(f"the first ```{language} block of {arguments[1]} is not a whole program")
    print(block.group(1), end="")


if __name__ == "__main__":
    main(sys.argv)
