"""kcat, driven from Python, as a client of tests/clients/run.py.

Its records have the clock's time, and those of a run the same headers. So RUNS runs, one after the
other, write each partition; the header "h" of a record has the number of its run's first record.
Topics are made by asking for them. The times that it seeks are of the reference, where they are
known."""
import os
import signal
import subprocess
import sys
import time

from records import (CODECS, FIRST_TIMESTAMP, PARTITIONS, NotInThisClient, expect, record, report)

PATIENCE = 60  # seconds
RUNS = 4
# No value has it: its bytes count up. Nor does a value's last byte with the first of this.
BETWEEN_RECORDS = b"zy"
FORM = "%p %o %T %K %S %h\n%k%s"


def now():
    return time.time_ns() // 1000000


def parse(text):
    """Partition, offset, timestamp, key, value and headers of each record that FORM has printed."""
    at = 0
    while at < len(text):
        line = text.index(b"\n", at)
        partition, offset, timestamp, key, value, headers = text[at:line].split(b" ")
        middle = line + 1 + int(key)
        at = middle + int(value)
        yield (int(partition), int(offset), int(timestamp), text[line + 1:middle], text[middle:at],
               headers)


def has_not():
    raise NotInThisClient


class Client:
    def __init__(self, address, count, prefix):
        self.address, self.count, self.prefix = address, count, prefix

    def topic(self, name):
        return f"{self.prefix}-{name}"

    def kcat(self, *words, given=b""):
        done = subprocess.run(["kcat", "-b", self.address, *words], input=given, timeout=PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise RuntimeError(f"kcat {' '.join(words)}: {done.stderr.decode()}")
        return done.stdout

    def create(self, topic):
        self.kcat("-L", "-t", topic)

    def create_topic(self):
        self.create(self.topic("made"))
        wanted = f'topic "{self.topic("made")}" with {PARTITIONS} partitions:'
        expect(wanted in self.kcat("-L").decode(), True)

    def offset_at(self, topic, partition, timestamp):
        text = self.kcat("-Q", "-t", f"{topic}:{partition}:{timestamp}").decode()
        begin = f"{topic} [{partition}] offset "
        expect(text[:len(begin)], begin)
        return int(text[len(begin):])

    def run_size(self):
        return -(-self.count // PARTITIONS // RUNS)

    def header(self, i):
        """The number of the first record of that record's run."""
        offset, partition = divmod(i, PARTITIONS)
        return (offset - offset % self.run_size()) * PARTITIONS + partition

    def write_run(self, topic, numbers, options):
        partition = numbers[0] % PARTITIONS
        given = b"".join(b"%s:%s%s" % (*record(i)[:2], BETWEEN_RECORDS) for i in numbers)
        self.kcat("-P", "-t", topic, "-p", str(partition), "-D", BETWEEN_RECORDS.decode(),
                  "-K", ":", "-H", f"h={self.header(numbers[0])}", *options, given=given)
        # With acks=0 nobody says when it is there; another run, over another connection, could be
        # there first.
        end, late = numbers[-1] // PARTITIONS + 1, time.monotonic() + PATIENCE
        while (found := self.offset_at(topic, partition, -1)) != end:
            if time.monotonic() > late:
                expect(found, end)

    def produce(self, topic, *options):
        self.create(topic)
        begun = now()
        for partition in range(PARTITIONS):
            numbers = range(partition, self.count, PARTITIONS)
            for first in range(0, len(numbers), self.run_size()):
                self.write_run(topic, numbers[first:first + self.run_size()], options)
        self.read_all(topic, begun)

    def check(self, text, first, count, header, times):
        """As many records as that, in each partition from the first offset on; times gives the
        first and the last one that record i may have."""
        ends = [first] * PARTITIONS
        for partition, offset, timestamp, key, value, headers in parse(text):
            i = ends[partition] * PARTITIONS + partition
            expect((offset, key, value), (ends[partition], *record(i)[:2]))
            expect(headers, b"h=%d" % header(i))
            earliest, latest = times(i)
            expect(earliest <= timestamp <= latest, True)
            ends[partition] += 1
        expect(sum(ends) - first * PARTITIONS, count)

    def read(self, topic, *where):
        return self.kcat("-C", "-q", "-t", topic, "-f", FORM, *where)

    def read_all(self, topic, begun):
        text = self.read(topic, "-o", "beginning", "-e")
        ended = now()
        self.check(text, 0, self.count, self.header, lambda _: (begun, ended))

    def seek_to_offset(self, offset):
        text = self.read(self.topic("none"), "-p", "1", "-o", str(offset), "-c", "2")
        self.check(text, offset, 2, self.header, lambda _: (0, now()))

    def check_reference(self, text, first, count):
        self.check(text, first, count, lambda i: i, lambda i: (FIRST_TIMESTAMP + i,) * 2)

    def seek_to_time(self, reference):
        offset = self.count // 2 // PARTITIONS
        before = FIRST_TIMESTAMP + offset * PARTITIONS - 1
        expect(self.offset_at(reference, 0, before), offset)
        text = self.read(reference, "-p", "0", "-o", f"s@{before}", "-c", "2")
        self.check_reference(text, offset, 2)

    def read_reference(self, reference):
        text = self.read(reference, "-o", "beginning", "-e")
        self.check_reference(text, 0, self.count)

    def run(self, reference):
        report("create topic", self.create_topic)
        for step in "describe configs", "alter configs", "delete topic", "delete records":
            report(step, has_not)
        for codec in CODECS:
            report(codec, self.produce, self.topic(codec), "-X", "acks=all", "-z", codec)
        for acks in "0", "1":
            report(f"acks {acks}", self.produce, self.topic(f"acks-{acks}"), "-X", f"acks={acks}")
        report("idempotent", self.produce, self.topic("idempotent"),
               "-X", "enable.idempotence=true")
        report("seek to offset", self.seek_to_offset, self.count // 6)
        report("seek to time", self.seek_to_time, reference)
        report("read reference", self.read_reference, reference)
        report("kcat reads", self.read_all, self.topic("zstd"), 0)


def terminate_at_end_of_input():
    """Has a process of its own do so: kcat, which this one becomes, does not look at its input."""
    member = os.getpid()
    if os.fork() == 0:
        os.close(1)  # else who reads what kcat prints would wait for this process, too
        sys.stdin.read()
        if os.getppid() == member:
            os.kill(member, signal.SIGTERM)
        os._exit(0)


def member(address, group, topic, count):
    # kcat commits by itself, what it has printed: so often, and before it gives up a partition.
    configs = ("auto.offset.reset=earliest", "session.timeout.ms=6000", "heartbeat.interval.ms=500",
               "auto.commit.interval.ms=100", "topic.metadata.refresh.interval.ms=1000")
    words = ["kcat", "-b", address, "-G", group, "-q", "-u", "-f", "%p %o\n"]
    for config in configs:
        words += ["-X", config]
    if int(count) > 0:
        words += ["-c", count]
    else:
        terminate_at_end_of_input()
    os.execvp("kcat", [*words, topic])


if __name__ == "__main__":
    if sys.argv[1] == "steps":
        Client(sys.argv[2], int(sys.argv[3]), sys.argv[4]).run(sys.argv[5])
    else:
        member(*sys.argv[2:6])
