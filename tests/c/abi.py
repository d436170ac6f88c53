#!/usr/bin/env python3
"""Holds the ABI of librill_c still: what rill/c.h declares, with every size, offset and number.

    abi.py <c.h> <C compiler> <librill_c.so>             prints it, one fact a line
    abi.py <c.h> <C compiler> <librill_c.so> <abi.txt>   compares it with what was agreed on

A line that goes or changes breaks programs that are out there: take the change back, and add a new
function, struct or number instead (docs/reference/c.md). Lines that come are to be added to abi.txt,
with RILL_C_ABI_VERSION counted up and the functions named in a node of their own in
lib/c/exported.map, once the version before was released.
"""

import pathlib
import re
import subprocess
import sys
import tempfile


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)


def one_line(text):
    return re.sub(r"\s*([(),*{};])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


class Header:
    """What c.h declares. It keeps to a narrow style, and whatever is not of it is an error."""

    def __init__(self, text):
        text = without_comments(text)
        text = re.sub(r"#ifdef __cplusplus.*?#endif", "", text, flags=re.DOTALL)
        self.version = int(re.search(r"^#define RILL_C_ABI_VERSION (\d+)$", text, re.M).group(1))
        text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
        self.functions, self.callbacks, self.aliases, self.handles = [], [], [], []
        self.structs, self.numbers = {}, []
        while text.strip():
            text = self.take(text.lstrip())

    def take(self, text):
        """Takes the first declaration of `text`, and returns what is behind it."""
        struct = re.match(r"typedef struct (\w+) \{(.*?)\} \1;", text, re.DOTALL)
        enum = re.match(r"enum \{(.*?)\};", text, re.DOTALL)
        if struct:
            self.structs[struct.group(1)] = self.fields(struct.group(2))
            return text[struct.end():]
        if enum:
            names = (item.split("=")[0].strip() for item in enum.group(1).split(","))
            self.numbers += [name for name in names if name]
            return text[enum.end():]
        declaration, _, rest = text.partition(";")
        line = one_line(declaration)
        if line.startswith("RILL_C_API "):
            self.functions.append(line.removeprefix("RILL_C_API "))
        elif re.fullmatch(r"typedef struct (\w+) \1", line):
            self.handles.append(line.split()[-1])
        elif re.match(r"typedef [\w ]+\*?\(\*\w+\)\(", line):
            self.callbacks.append(line.removeprefix("typedef "))
        elif re.fullmatch(r"typedef \w+ \w+", line):
            self.aliases.append(line.removeprefix("typedef "))
        else:
            raise SystemExit(f"abi.py does not know this style of declaration: {line}")
        return rest

    @staticmethod
    def fields(body):
        """(type, name) of each."""
        fields = []
        for declaration in filter(None, (one_line(part) for part in body.split(";"))):
            match = re.fullmatch(r"(.*?)(\w+)((?:\[\d+\])?)", declaration)
            fields.append((match.group(1).strip() + match.group(3), match.group(2)))
        return fields

    def function_names(self):
        return {re.search(r"(\w+)\(", line).group(1) for line in self.functions}

    def may_grow(self, struct):
        """Whether fields may be added at its end: nobody but rill makes one, or its size is told."""
        return f"{struct}_free" in self.function_names() or self.structs[struct][0][1] == "struct_size"


def measuring_program(header, path):
    """C that prints a line per struct, field and number."""
    lines = [f'#include "{path}"', "#include <stdio.h>", "int main(void) {"]
    for name, fields in header.structs.items():
        if not header.may_grow(name):
            lines.append(f'printf("struct {name} size %zu\\n", sizeof({name}));')
        for kind, field in fields:
            lines.append(f'printf("struct {name} at %zu {kind} {field}\\n", offsetof({name}, {field}));')
    for name in header.numbers:
        lines.append(f'printf("number {name} %d\\n", {name});')
    return "\n".join(lines + ["return 0;", "}"])


def measure(header, path, compiler):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "measure.c")
        program = pathlib.Path(folder, "measure")
        source.write_text(measuring_program(header, path), encoding="utf-8")
        subprocess.run([compiler, "-std=c11", "-o", program, source], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout


def exported(library):
    """The library's symbols with their versions, by name."""
    shown = subprocess.run(["nm", "-D", "--defined-only", "--format=just-symbols", library],
                           check=True, capture_output=True, text=True).stdout.split()
    nodes = {symbol for symbol in shown if "@" not in symbol}
    versions = dict(symbol.split("@@") for symbol in shown if "@@" in symbol)
    strange = nodes - set(versions.values())
    if strange:
        raise SystemExit(f"{library} shows symbols without a version: {sorted(strange)}")
    return versions


def soname(library):
    dynamic = subprocess.run(["readelf", "-d", library], check=True, capture_output=True, text=True)
    return re.search(r"SONAME.*\[(.*)\]", dynamic.stdout).group(1)


def describe(path, compiler, library):
    header = Header(path.read_text(encoding="utf-8"))
    versions = exported(library)
    declared = header.function_names()
    if declared != set(versions):
        raise SystemExit(f"declared, but not shown: {sorted(declared - set(versions))}; "
                         f"shown, but not declared: {sorted(set(versions) - declared)}")
    newest = max(int(version.removeprefix("RILL_C_")) for version in versions.values())
    if newest > header.version:
        raise SystemExit(f"RILL_C_ABI_VERSION is {header.version}, but there is RILL_C_{newest}")
    lines = [f"soname {soname(library)}"]
    lines += [f"handle {name}" for name in header.handles]
    lines += [f"type {line}" for line in header.aliases]
    lines += [f"callback {line}" for line in header.callbacks]
    lines += [function_line(line, versions) for line in header.functions]
    return lines + measure(header, path, compiler).splitlines()


def function_line(line, versions):
    name = re.search(r"(\w+)\(", line).group(1)
    return f"function {versions[name]} {line}"


def compare(agreed, found):
    gone = [line for line in agreed if line not in found]
    come = [line for line in found if line not in agreed]
    for line in gone:
        print(f"gone, or changed: {line}")
    for line in come:
        print(f"new: {line}")
    if gone or come:
        print(__doc__)
    return 1 if gone or come else 0


def main(arguments):
    if len(arguments) not in (4, 5):
        raise SystemExit(__doc__)
    found = describe(pathlib.Path(arguments[1]).resolve(), arguments[2], arguments[3])
    if len(arguments) == 4:
        print("\n".join(found))
        return 0
    agreed = pathlib.Path(arguments[4]).read_text(encoding="utf-8").splitlines()
    if not agreed:
        raise SystemExit(f"{arguments[4]} is empty")
    result = compare(agreed, found)
    print(f"{len(found)} facts compared")
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv))
