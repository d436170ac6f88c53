#!/usr/bin/env python3
"""Prints what `wire_messages tables` prints, from the descriptions inside Kafka's client jar.

  message_tables.py KAFKA-CLIENTS.jar < names of messages, a line each

A version that Kafka itself calls unstable counts as one that it does not have.
"""

import json
import re
import sys
import zipfile

ZERO_ID = "A" * 22
NUMBERS = {"int8", "int16", "uint16", "int32", "int64", "float64"}


def load(jar, name):
    lines = jar.read(f"common/message/{name}.json").decode().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("//"))
    return json.loads(re.sub(r'(?m)\s//[^"]*$', "", text))


def versions(text):
    """First and last version of "3", "3-5", "3+" or "none"; None for one without bound."""
    if text == "none":
        return None, -1
    if text.endswith("+"):
        return int(text[:-1]), None
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def default_text(field, kind, is_array):
    value = field.get("default")
    if value == "null" or kind == "records":
        return "null"
    if is_array:
        return "[]"
    if kind in ("string", "bytes"):
        return f'"{value or ""}"'
    if kind == "bool":
        return "1" if str(value).lower() == "true" else "0"
    if kind == "uuid":
        return ZERO_ID
    return str(int(str(value or 0), 0)) if kind in NUMBERS else "{}"


class Table:
    def __init__(self, message, is_unstable):
        self.name = message["name"]
        self.first, self.last = versions(message["validVersions"])
        if is_unstable:
            self.last -= 1
        self.flexible = versions(message["flexibleVersions"])[0]
        self.common = {s["name"]: s["fields"] for s in message.get("commonStructs", [])}
        self.fields = message["fields"]

    def default_text(self, field, kind, is_array):
        # rill never sends null records, which librdkafka takes for a broken response.
        if self.name == "FetchResponse" and kind == "records":
            return "empty"
        return default_text(field, kind, is_array)

    def print(self):
        flexible = "-" if self.flexible is None else self.flexible
        print(f"{self.name} versions {self.first} {self.last} flexible {flexible}")
        self.print_fields(self.fields, "")

    def print_fields(self, fields, path):
        for field in fields:
            if versions(field["versions"])[0] > self.last:
                continue
            name = path + field["name"][0].lower() + field["name"][1:]
            is_array = field["type"].startswith("[]")
            kind = field["type"].removeprefix("[]")
            is_struct = kind[0].isupper()
            first, last = versions(field["versions"])
            first = max(first, self.first)
            last = self.last if last is None else min(last, self.last)
            null = "-"
            if "nullableVersions" in field:
                null = max(versions(field["nullableVersions"])[0], first)
            assert field.get("taggedVersions", field["versions"]) == field["versions"]
            ignorable = str(field.get("ignorable", False)).lower() == "true"
            never_flexible = field.get("flexibleVersions") == "none"
            print(
                f"{self.name} {name} {'[]' if is_array else ''}{'struct' if is_struct else kind}"
                f" versions {first} {last} null {null} tag {field.get('tag', -1)}"
                f" {'ignorable' if ignorable else 'needed'}"
                f" {'never-flexible' if never_flexible else '-'}"
                f" default {self.default_text(field, kind, is_array)}"
            )
            if is_struct:
                self.print_fields(field.get("fields") or self.common[kind], name + ".")


def main():
    with zipfile.ZipFile(sys.argv[1]) as jar:
        for name in sys.stdin.read().split():
            # The request says it for the response as well.
            request = load(jar, name.replace("Response", "Request"))
            Table(load(jar, name), request.get("latestVersionUnstable", False)).print()


if __name__ == "__main__":
    main()
