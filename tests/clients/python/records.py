"""The records of every topic (tests/clients/run.py has the rule), and how a step is reported."""
import select
import sys
import traceback

PARTITIONS = 3
FIRST_TIMESTAMP = 1700000000000
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
ALL_BYTES = bytes(range(256)) * 2


class NotInThisClient(Exception):
    pass


def record(i):
    """Key, value, headers and timestamp."""
    return (b"k%d" % i, ALL_BYTES[i % 256:i % 256 + i % 200], [("h", b"%d" % i)],
            FIRST_TIMESTAMP + i)


class Reader:
    """Holds what a consumer reads against what belongs there, of each partition in order."""

    def __init__(self, offset=0):
        self.ends = [offset] * PARTITIONS
        self.count = 0

    def take(self, partition, offset, key, value, headers, timestamp):
        wanted = self.ends[partition]
        expect(offset, wanted)
        expect((key, value, headers, timestamp), record(wanted * PARTITIONS + partition))
        self.ends[partition] += 1
        self.count += 1


def expect(got, wanted):
    if got != wanted:
        raise AssertionError(f"{got!r}, not {wanted!r}")


def report(step, function, *arguments):
    try:
        function(*arguments)
        result = "passed"
    except NotInThisClient:
        result = "not in this client"
    except Exception as failure:
        traceback.print_exc()
        result = "FAILED " + " ".join(f"{type(failure).__name__}: {failure}".split())[:300]
    print(f"{step}\t{result}", flush=True)


def told_to_leave():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def print_read(partition, offset):
    print(partition, offset, flush=True)
