"""A node in a process of its own, and what other programs than the client find in it."""
import pathlib
import re
import subprocess
import time

PARTITIONS = 3
FIRST_TIMESTAMP = 1700000000000
ALL_BYTES = bytes(range(256)) * 2


class StepFailed(Exception):
    pass


class Node:
    """`rill serve` over a folder of its own. Records keep their old timestamps: none expires."""

    def __init__(self, rill, work):
        self.rill = rill
        self.data = pathlib.Path(work, "data")
        self.log = pathlib.Path(work, "log")
        config = pathlib.Path(work, "server.properties")
        config.write_text(f"log.dirs={self.data}\nlisteners=PLAINTEXT://127.0.0.1:0\n"
                          f"num.partitions={PARTITIONS}\nlog.retention.ms=-1\n")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([rill, "serve", "--config", config], stderr=log)
        try:
            self.address = self.wait_for_address()
        except StepFailed:
            self.process.kill()
            raise

    def wait_for_address(self):
        for _ in range(600):
            told = re.search(r" listening on (127\.0\.0\.1:\d+),", self.log.read_text())
            if told:
                return told[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise StepFailed(f"rill serve does not listen: {self.log.read_text()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        status = self.process.wait()
        if status != 0:
            raise SystemExit(f"rill serve ended with {status}: {self.log.read_text()}")


def codecs_and_producers(node, partition):
    """The codecs and the producers' numbers that a partition's batches have."""
    files = ",".join(sorted(str(file) for file in (node.data / partition).glob("*.log")))
    text = subprocess.run([node.rill, "dump-log", "--files", files], check=True,
                          capture_output=True, text=True).stdout
    return (set(re.findall(r" compresscodec: (\w+)", text)),
            set(re.findall(r" producerId: (-?\d+)", text)))


def kcat(node, *arguments, given=b""):
    done = subprocess.run(["kcat", "-b", node.address, *arguments], input=given, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise StepFailed(f"kcat {' '.join(arguments)}: {done.stderr.decode()}")
    return done.stdout


def read_by_kcat(node, topic, form):
    return kcat(node, "-C", "-q", "-e", "-o", "beginning", "-t", topic, "-f", form)


def record(partition, offset):
    """Partition, offset, timestamp, key, headers and value of what belongs there."""
    i = offset * PARTITIONS + partition
    return (partition, offset, FIRST_TIMESTAMP + i, b"k%d" % i, b"h=%d" % i,
            ALL_BYTES[i % 256:i % 256 + i % 200])


def records_by_kcat(node, topic, count):
    """kcat, too, finds in the topic what belongs there, in each partition from the first on."""
    text = read_by_kcat(node, topic, "%p %o %T %K %S %h\n%k%s")
    ends = [0] * PARTITIONS
    at = 0
    while at < len(text):
        line = text.index(b"\n", at)
        partition, offset, timestamp, key, value, headers = text[at:line].split(b" ")
        middle = line + 1 + int(key)
        at = middle + max(int(value), 0)
        got = (int(partition), int(offset), int(timestamp), text[line + 1:middle], headers,
               text[middle:at])
        wanted = record(int(partition), ends[int(partition)])
        if got != wanted:
            raise StepFailed(f"kcat reads {got} from {topic}, not {wanted}")
        ends[int(partition)] += 1
    if sum(ends) != count:
        raise StepFailed(f"kcat reads {sum(ends)} records from {topic}")
