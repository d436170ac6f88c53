#!/usr/bin/env python3
"""Prints, for random keys and partition counts, what librdkafka's consistent_random picks.

    tests/oracle/consistent_random_vectors.py SEED COUNT

The answer comes from librdkafka itself when its shared library is installed, and from zlib's CRC-32
(which is what librdkafka computes) otherwise; the first line says which. A key of no bytes is left out:
there librdkafka picks at random, as for no key.
"""
import ctypes
import random
import sys
import zlib


def from_librdkafka(library):
    pick = library.rd_kafka_msg_partitioner_consistent_random
    pick.restype = ctypes.c_int32
    pick.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int32,
                     ctypes.c_void_p, ctypes.c_void_p]
    return lambda key, partitions: pick(None, key, len(key), partitions, None, None)


def oracle():
    try:
        return "librdkafka", from_librdkafka(ctypes.CDLL("librdkafka.so.1"))
    except OSError:
        return "zlib", lambda key, partitions: zlib.crc32(key) % partitions


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: consistent_random_vectors.py SEED COUNT")
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    name, pick = oracle()
    source = random.Random(seed)
    print(f"# key in hex, partitions, CRC-32, partition; seed {seed}, from {name}")
    for i in range(count):
        length = i + 1 if i < 40 else source.randint(1, 300 if i % 10 == 0 else 24)
        key = source.randbytes(length)
        partitions = source.randint(1, 10_000 if i % 3 == 0 else 60)
        print(key.hex(), partitions, zlib.crc32(key), pick(key, partitions))


main()
