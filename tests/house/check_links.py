#!/usr/bin/env python3
"""Checks that what the documentation links to is there: check_links.py <top of the source tree>

Relative links of all Markdown files, with their anchors; nothing on the network is asked for.
"""

import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


def anchors(path):
    """The anchors that the headings of a Markdown file make."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {heading.strip().replace(" ", "-") for heading in headings}


def what_is_wrong(path, link):
    name, _, anchor = link.partition("#")
    target = (path.parent / name) if name else path
    if not target.exists():
        return f"{link} does not exist"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return f"{link}: {target.name} has no such heading"
    return None


def main(arguments):
    if len(arguments) != 2:
        raise SystemExit(__doc__)
    top = pathlib.Path(arguments[1]).resolve()
    pages = [page for page in top.glob("*.md")]
    for folder in ("docs", "examples", "tests", "bench"):
        pages.extend((top / folder).rglob("*.md"))
    problems = 0
    links = 0
    for page in sorted(pages):
        for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:", link):
                continue
            links += 1
            wrong = what_is_wrong(page, link)
            if wrong:
                print(f"{page.relative_to(top)}: {wrong}")
                problems += 1
    print(f"{len(pages)} pages, {links} links checked, {problems} problems")
    return 1 if problems or links == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
