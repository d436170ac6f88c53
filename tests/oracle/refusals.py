#!/usr/bin/env python3
"""What a broker makes of requests that it does not know: refusals.py HOST:PORT

Sends each on a connection of its own and prints what came: the bytes of an answer that has no more
than an error, or that the connection was closed. Two brokers print the same.
"""

import socket
import struct
import sys

API_VERSIONS = 18
LAST_KEY = 100
NO_VERSION = 99
# A broker that has not answered by then does not answer.
PATIENCE_S = 10


def frame(body):
    return struct.pack(">i", len(body)) + body


def request(key, version, rest=b"\x00\x02me"):
    return frame(struct.pack(">hhi", key, version, 7) + rest)


def receive(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            return None
        data += more
    return data


def answer_to(address, data):
    """What came, as text."""
    with socket.create_connection(address, timeout=PATIENCE_S) as connection:
        try:
            connection.sendall(data)
            length = receive(connection, 4)
            if length is None:
                return "closed"
            answer = receive(connection, struct.unpack(">i", length)[0])
        except (BrokenPipeError, ConnectionResetError):
            return "closed"
        except TimeoutError:
            return "no answer"
        if answer is None:
            return "closed in the middle"
        correlation, error = struct.unpack(">ih", answer[:6])
        return f"answer to {correlation}, error {error}"


def cases():
    for key in range(-1, LAST_KEY + 1):
        # With the tags that headers have had since flexible versions.
        yield f"key {key}, version {NO_VERSION}", request(key, NO_VERSION, b"\x00\x02me\x00")
    yield "a key far away", request(32767, 0)
    yield "ApiVersions, a version below 0", request(API_VERSIONS, -1)
    yield "Metadata, a version below 0", request(3, -1)
    yield "Produce, a version that is too old", request(0, 2)
    yield "Fetch, a version that is too old", request(1, 3)
    yield "ListOffsets, a version that is too old", request(2, 0)
    yield "a header that is cut off", frame(b"\x00\x03\x00")
    yield "a client id that is longer than the request", request(3, 1, b"\x7f\xff")
    yield "a body that is cut off", request(3, 1, b"\x00\x02me\x00\x00")
    yield "a count that is longer than the request", request(3, 1, b"\x00\x02me\x7f\xff\xff\xff")
    yield "a request of no bytes", frame(b"")
    yield "a request of less than no bytes", struct.pack(">i", -5)
    yield "a request that is larger than any may be", struct.pack(">i", 0x7FFFFFFF)
    yield "something else", b"GET / HTTP/1.1\r\nHost: broker\r\n\r\n"


def main():
    host, _, port = sys.argv[1].rpartition(":")
    for name, data in cases():
        print(f"{name}: {answer_to((host, int(port)), data)}")


if __name__ == "__main__":
    main()
