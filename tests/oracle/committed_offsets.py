#!/usr/bin/env python3
"""Prints the offsets that hold in what kafka-dump-log --offsets-decoder printed, as write_groups
prints them: <group> <topic> <partition> <offset> <leader epoch> <metadata in hex, - if empty>."""

import json
import sys

RECORD = "| offset: "
OFFSET_COMMIT_KEYS = ("0", "1")


def main():
    holds = {}
    decoder = json.JSONDecoder()
    for line in sys.stdin:
        if not line.startswith(RECORD):
            continue
        key, end = decoder.raw_decode(line, line.index(" key: ") + len(" key: "))
        if str(key["type"]) not in OFFSET_COMMIT_KEYS:
            continue
        at = (key["data"]["group"], key["data"]["topic"], key["data"]["partition"])
        value, _ = decoder.raw_decode(line, line.index(" payload: ", end) + len(" payload: "))
        holds[at] = value["data"] if value else None
    for at, value in holds.items():
        if value is not None:
            metadata = value["metadata"].encode().hex() or "-"
            print(*at, value["offset"], value.get("leaderEpoch", -1), metadata)


if __name__ == "__main__":
    main()
