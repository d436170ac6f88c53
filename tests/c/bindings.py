"""What the test of the C interface from Python's ctypes calls: bindings as a user would write them."""

import ctypes
from ctypes import POINTER, byref, c_char, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_void_p

OK, CANCELLED, INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION = 0, 1, 3, 5, 9
SET_PARTITION = 2


class Error(ctypes.Structure):
    _fields_ = [("status", c_int32), ("kafka_code", c_int32), ("message", c_char * 1016)]


class Bytes(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("size", c_size_t)]

    def get(self):
        return None if self.data is None else ctypes.string_at(self.data, self.size)


class Header(ctypes.Structure):
    _fields_ = [("name", Bytes), ("value", Bytes)]


class TopicPartition(ctypes.Structure):
    _fields_ = [("topic", c_char_p), ("metadata", c_char_p), ("offset", c_int64),
                ("partition", c_int32), ("leader_epoch", c_int32)]


class Partitions(ctypes.Structure):
    _fields_ = [("count", c_size_t), ("items", POINTER(TopicPartition))]


class Strings(ctypes.Structure):
    _fields_ = [("count", c_size_t), ("items", POINTER(c_char_p))]


class ProducerRecord(ctypes.Structure):
    _fields_ = [("key", Bytes), ("value", Bytes), ("headers", POINTER(Header)),
                ("header_count", c_size_t), ("timestamp_ms", c_int64), ("partition", c_int32),
                ("set", c_uint32)]


class Delivery(ctypes.Structure):
    _fields_ = [("offset", c_int64), ("timestamp_ms", c_int64), ("partition", c_int32),
                ("status", c_int32), ("kafka_code", c_int32), ("reserved", c_int32)]


class Record(ctypes.Structure):
    _fields_ = [("topic", c_char_p), ("key", Bytes), ("value", Bytes), ("headers", Bytes),
                ("offset", c_int64), ("timestamp_ms", c_int64), ("partition", c_int32),
                ("header_count", c_int32)]


DeliveryCallback = ctypes.CFUNCTYPE(None, c_void_p, POINTER(Delivery), POINTER(Error))
LogSink = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p)
RebalanceListener = ctypes.CFUNCTYPE(None, c_void_p, c_int32, POINTER(TopicPartition), c_size_t)

# What calls return, and take before the error at the end.
CALLS = {
    "rill_options_set": [c_void_p, c_char_p, c_char_p],
    "rill_options_set_log_sink": [c_void_p, LogSink, c_void_p],
    "rill_options_set_rebalance_listener": [c_void_p, RebalanceListener, c_void_p],
    "rill_open": [c_char_p, c_void_p, POINTER(c_void_p)],
    "rill_engine_close": [c_void_p],
    "rill_engine_ensure_topic": [c_void_p, c_char_p, c_int32, c_void_p, POINTER(c_void_p)],
    "rill_engine_find_topic": [c_void_p, c_char_p, POINTER(c_void_p)],
    "rill_engine_list_topics": [c_void_p, c_int32, POINTER(POINTER(Strings))],
    "rill_engine_committed_offsets": [c_void_p, c_char_p, POINTER(POINTER(Partitions))],
    "rill_engine_new_producer": [c_void_p, c_void_p, POINTER(c_void_p)],
    "rill_engine_new_consumer": [c_void_p, c_void_p, POINTER(c_void_p)],
    "rill_producer_send": [c_void_p, c_void_p, POINTER(ProducerRecord), DeliveryCallback, c_void_p],
    "rill_producer_send_wait": [c_void_p, c_void_p, POINTER(ProducerRecord), c_int64,
                                POINTER(Delivery)],
    "rill_producer_send_batch_wait": [c_void_p, c_void_p, POINTER(ProducerRecord), c_size_t,
                                      c_int64, POINTER(Delivery)],
    "rill_producer_flush": [c_void_p, c_int64],
    "rill_consumer_subscribe": [c_void_p, POINTER(c_char_p), c_size_t],
    "rill_consumer_poll": [c_void_p, c_int64, POINTER(c_void_p)],
    "rill_consumer_commit_records": [c_void_p, c_void_p],
    "rill_consumer_lag": [c_void_p, c_char_p, c_int32, POINTER(c_int64)],
    "rill_consumer_close": [c_void_p],
}
FREES = ["options", "engine", "topic", "producer", "consumer", "records", "strings", "partitions"]


class RillError(Exception):
    def __init__(self, error):
        super().__init__(error.message.decode())
        self.status = error.status
        self.kafka_code = error.kafka_code


class Rill:
    """The library; calls raise a RillError where they fail."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        for name, arguments in CALLS.items():
            function = getattr(self.library, name)
            function.restype = c_int32
            function.argtypes = arguments + [POINTER(Error)]
        for name in FREES:
            function = getattr(self.library, f"rill_{name}_free")
            function.restype, function.argtypes = None, [c_void_p]
        self.library.rill_options_new.restype = c_void_p
        self.library.rill_consumer_wakeup.restype = None
        self.library.rill_consumer_wakeup.argtypes = [c_void_p]
        self.library.rill_records_next.restype = c_size_t
        self.library.rill_records_next.argtypes = [c_void_p, POINTER(Record), c_size_t]
        self.library.rill_record_headers.restype = c_size_t
        self.library.rill_record_headers.argtypes = [POINTER(Record), POINTER(Header), c_size_t]

    def call(self, name, *arguments):
        error = Error()
        if getattr(self.library, f"rill_{name}")(*arguments, byref(error)) != OK:
            raise RillError(error)

    def free(self, name, handle):
        getattr(self.library, f"rill_{name}_free")(handle)

    def new(self, name, *arguments):
        """What a call gives through its last parameter."""
        handle = c_void_p()
        self.call(name, *arguments, byref(handle))
        return handle

    def options(self, values):
        options = c_void_p(self.library.rill_options_new())
        for name, value in values.items():
            self.call("options_set", options, name.encode(), value.encode())
        return options

    def new_with_options(self, name, first, values):
        options = self.options(values)
        try:
            return self.new(name, first, options)
        finally:
            self.free("options", options)


def record_of(key=None, value=None, partition=None, headers=()):
    """A record and, as its attribute, what its pointers point at."""
    def bytes_of(data):
        if data is None:
            return Bytes(None, 0)
        return Bytes(ctypes.cast(ctypes.c_char_p(data), c_void_p), len(data))

    held = (Header * len(headers))(*(Header(bytes_of(n), bytes_of(v)) for n, v in headers))
    record = ProducerRecord(key=bytes_of(key), value=bytes_of(value), headers=held,
                            header_count=len(headers))
    if partition is not None:
        record.partition, record.set = partition, SET_PARTITION
    record.held = (key, value, held, headers)
    return record
