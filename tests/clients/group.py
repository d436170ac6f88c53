"""The steps for which a client runs in several processes: members of a group that come and go."""
import subprocess
import threading
import time

from node import PARTITIONS, StepFailed, kcat, read_by_kcat

PATIENCE = 60  # seconds


class Member:
    """A client's program as a member of a group."""

    def __init__(self, program, node, group, topic, protocol, count=0):
        self.read = []
        words = [program, "member", node.address, group, topic, str(count)]
        if protocol != "classic":
            words.append(protocol)
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.take_lines)
        self.reader.start()

    def take_lines(self):
        for line in self.process.stdout:
            partition, offset = line.split()
            self.read.append((int(partition), int(offset)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()  # where it has ended, nothing happens
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()

    def leave(self):
        self.process.stdin.close()
        self.end()

    def end(self):
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise StepFailed("a member does not end") from None
        if status != 0:
            raise StepFailed(f"a member ended with {status}")
        self.reader.join()


def feed(node, topic, count):
    """Records for all partitions, by their keys."""
    kcat(node, "-P", "-K:", "-t", topic, given=b"".join(b"k%d:v\n" % i for i in range(count)))


def feed_until(node, topic, condition, what):
    for _ in range(PATIENCE * 5):
        if condition():
            return
        feed(node, topic, 30)
        time.sleep(0.2)
    raise StepFailed(f"not after {PATIENCE} s: {what}")


def expect_protocol(node, group, protocol):
    """A client may use the old protocol where it was asked for the new one."""
    groups = subprocess.run([node.rill, "consumer-groups", "--bootstrap-server", node.address,
                             "--list", "--type", protocol], check=True, capture_output=True,
                            text=True).stdout
    if group not in groups.split():
        raise StepFailed(f"no {protocol} group is called {group}; there are: {groups}")


def in_log(node, topic):
    lines = read_by_kcat(node, topic, "%p %o\n").decode().splitlines()
    return {tuple(map(int, line.split())) for line in lines}


def join_and_leave(node, program, prefix, protocol):
    """Two members share the partitions; when one has left, the other has all of them."""
    group = topic = f"{prefix}-{protocol}-group"
    feed(node, topic, 30)  # a client may look for new topics every five minutes only
    with Member(program, node, group, topic, protocol) as first:
        feed_until(node, topic, lambda: first.read, "the first member reads")
        with Member(program, node, group, topic, protocol) as second:
            feed_until(node, topic, lambda: second.read, "the second member reads")
            expect_protocol(node, group, protocol)
            mark = len(first.read)
            feed_until(node, topic, lambda: len(first.read) > mark, "both members read")
            second.leave()
            feed(node, topic, 300)
            wanted = in_log(node, topic)
            feed_until(node, topic, lambda: wanted <= {*first.read, *second.read},
                       "what was written after one had left is read by the other")
        first.leave()


def in_order(read):
    """Offsets of each partition follow one another from 0 on, with none twice."""
    ends = [0] * PARTITIONS
    for partition, offset in read:
        if offset != ends[partition]:
            raise StepFailed(f"offset {offset} of partition {partition} is read after "
                             f"{ends[partition] - 1}")
        ends[partition] += 1


def resume(node, program, prefix, protocol):
    """A second process goes on where the first one committed."""
    group = topic = f"{prefix}-{protocol}-resume"
    feed(node, topic, 600)
    read = []
    for _ in range(2):
        with Member(program, node, group, topic, protocol, 200) as member:
            member.end()
            if len(member.read) != 200:
                raise StepFailed(f"a member that was to read 200 records read {len(member.read)}")
            read += member.read
    in_order(read)
