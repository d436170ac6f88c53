#!/usr/bin/env python3
"""Prints what one of two tools of the same name wrote on standard error, so that Kafka's and rill's
can be compared: without what is of Java's logging, and with what differs on purpose, RULES, alike.

  standard_error.py kafka|rill ERR OUT HELP

ERR and OUT are files with what the tool wrote, HELP one with what rill's --help writes.
"""

import re
import sys

# What differs on purpose: how the line reads, of Kafka's tool, of rill's, and of both here. The
# list is told in docs/reference/admin-tools.md and console-tools.md.
RULES = [
    # rill's line names the option as it is typed, and what was meant.
    (r"(\S+) is not a recognized option", r"--?(\S+) is not an option; (.* )?--help lists them",
     r"<\1 is no option>"),
    (r"Option (\S+) requires an argument", r"--(\S+) needs an argument",
     r"<\1 has no argument>"),
    # rill shows its help, too.
    (r"Option\(s\) (\S+) are unavailable given other options on the command line",
     r"Option\(s\) (\S+) are unavailable given other options on the command line\n<options: .*>",
     r"<\1 does not go with the others>"),
    # rill's line says why a file cannot be read, and of which folder it is.
    (r"Unable to read file (\S+)", r"cannot open /\S+/(\S+): No such file or directory",
     r"<\1 is not read>"),
    # A broker of Kafka's may refuse without words; there rill says what the error means.
    (r"(?:\w+\.)+UnknownTopicOrPartitionException: ",
     r"This server does not host this topic-partition\.", r"<a topic is not there>"),
    # Here rill has the name of the exception, too.
    (r"(No key separator found .*)",
     r"org\.apache\.kafka\.common\.KafkaException: (No key separator found .*)", r"\1"),
    # rill's library says what to do about a record that is too large.
    (r"\S+\.(RecordTooLargeException): The message is \d+ bytes when serialized which is larger "
     r"than (\d+), which is the value of the max\.request\.size configuration\.",
     r"\S+\.(RecordTooLargeException): \S+: a record of up to \d+ bytes with its overhead passes "
     r"ProducerOptions::max_request_size=(\d+); raise it, or send less at once"
     r" \(--command-property max\.request\.size=N raises it\)", r"<\1 \2>"),
    # rill's line names the file, and where in it something is wrong.
    (r"(The input string is not a valid JSON|Offset json file contains .*)",
     r"\S+: (The input string is not a valid JSON|Offset json file contains .*?)(: line \d+, .*)?",
     r"\1"),
    # An advertisement of Kafka's consumer.
    (r"The consumer rebalance protocol \(KIP-848\) is production-ready! .*", None, None),
    # How to call kafka-producer-perf-test, which rill's says at --help.
    (r"usage: \S+| {7}\S.*", r"usage: \S+ --help tells what there is", None),
]
RILLS_OWN_OPTIONS = {"--data-dir", "--json"}

KAFKAS_LOG = re.compile(r"\[.*?\] (ERROR|WARN) (\S+) - (.*)")  # [thread] LEVEL class - words
RILLS_LOG = re.compile(r"\[[-0-9:, ]+\] (ERROR|WARN) (.*) \(\S+\)")  # [time] LEVEL words (class)
# The log of a Java client, but for what tells of records that were not sent.
CLIENTS_LOG = re.compile(r"org\.apache\.kafka\.clients\.(?!.*ErrorLoggingCallback)")
STACK = re.compile(r"\tat |\t\.\.\. \d+ more|\s*(Caused by|Suppressed): ")
# The look behind keeps it from trying each letter of a long record.
EXCEPTION = re.compile(
    r'(Exception in thread "\S+" )?(?<![\w.])((\w+\.)+\w+(Exception|Error): )+(?=.)')
KAFKAS_HELP = re.compile(r"Option +Description *")
KAFKAS_PURPOSE = ("This tool ", "An interactive shell ")  # how --help begins
# Java prints lists of options and of states in an order of chance.
LISTS = re.compile(r"\[\w[\w-]*\](?:, \[\w[\w-]*\])+|(?<=Valid states are: ).*")


def options_in(help_lines):
    left = "\n".join(re.split(r"\s{2,}|$", line)[0] for line in help_lines)
    names = re.findall(r"(?:^|, )(--[a-z][a-z0-9.-]*)", left, re.M)
    return "<options: " + " ".join(sorted(set(names) - RILLS_OWN_OPTIONS)) + ">"


def fold_kafkas_help(lines):
    for i, line in enumerate(lines):
        if KAFKAS_HELP.fullmatch(line):
            end = i - (i > 0 and lines[i - 1].startswith(KAFKAS_PURPOSE))
            return lines[:end] + [options_in(lines[i:])]
    return lines


def fold_rills_help(lines, help_lines):
    begin = len(lines) - len(help_lines)
    if not help_lines or begin < 0 or lines[begin:] != help_lines:
        return lines
    return lines[:begin] + [options_in(help_lines)]


def unwrapped(text):
    """The error behind a usage, which argparse4j breaks and stretches to the width of a page."""
    wrapped = re.fullmatch(r"(usage: .*\n)(\S+:\s+error:.*)", text, re.S)
    if not wrapped:
        return text
    return wrapped[1] + re.sub(r"\s+", " ", wrapped[2].replace("-\n", "-")).rstrip() + "\n"


def without_stacks(lines, told):
    """Of a stack its first line without the exceptions' names; no line that says once more what
    standard output or the line before said. Under a line of the log the name stays, as rill's."""
    left = []
    of_java = under_log = False
    for line in lines:
        log = KAFKAS_LOG.fullmatch(line)
        if of_java and (STACK.match(line) or not line.strip()):
            continue
        if log and CLIENTS_LOG.match(log[2]):
            of_java = True
            continue
        plain = log[3] if log else line
        short = plain if under_log else EXCEPTION.sub("", plain)
        of_java = bool(log) or EXCEPTION.search(line) is not None or line.endswith("Exception")
        under_log = bool(log)
        if short == plain or not (short in told or left and short in left[-1]):
            left.append(f"{log[1]} {short}" if log else short)
    return left


def alike(text, whose):
    for *patterns, both in RULES:
        if pattern := patterns[whose]:
            text = re.sub(rf"^(?:{pattern})\n", f"{both}\n" if both else "", text, flags=re.M)
    return LISTS.sub(lambda of: ", ".join(sorted(of[0].split(", "))), text)


def main():
    whose = ("kafka", "rill").index(sys.argv[1])
    err, out, help_text = (
        open(name, encoding="utf-8", errors="replace").read() for name in sys.argv[2:])
    lines = (unwrapped(err) if whose == 0 else err).splitlines()
    if whose == 0:
        lines = without_stacks(fold_kafkas_help(lines), EXCEPTION.sub("", out))
    else:
        lines = fold_rills_help(lines, help_text.splitlines())
        lines = [re.sub(r"^rill [a-z-]+: ", "", RILLS_LOG.sub(r"\1 \2", line)) for line in lines]
    print(end=alike("".join(line + "\n" for line in lines), whose))


if __name__ == "__main__":
    main()
