// What the C interface does when memory runs out, and what it writes into structs that grow.

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "c/call.h"
#include "c/sized_struct.h"
#include "catch.h"
#include "rill/c.h"

namespace {

constexpr long kUnlimited = -1;
// How many more allocations this thread gets.
thread_local long allocations_left = kUnlimited;

class ShortOfMemory {
 public:
  explicit ShortOfMemory(long allocations) { allocations_left = allocations; }
  ~ShortOfMemory() { allocations_left = kUnlimited; }
};

}  // namespace

// The program's own, in place of the C++ library's.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (allocations_left == 0) return nullptr;
  if (allocations_left > 0) --allocations_left;
  return std::malloc(size != 0 ? size : 1);
}
void* operator new(std::size_t size) {
  if (void* const memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace rill::c {
namespace {

// Runs `call` with one allocation more each time until it succeeds; each time before it is refused.
template <typename Body>
void RunOutOfMemory(Body call) {
  int refusals = 0;
  for (long allocations = 0; allocations < 10000; ++allocations) {
    rill_error error = {};
    rill_status status = RILL_OK;
    {
      const ShortOfMemory memory(allocations);
      status = call(&error);
    }
    if (status == RILL_OK) {
      CHECK(refusals > 0);
      return;
    }
    ++refusals;
    CAPTURE(allocations, error.message);
    REQUIRE(status == RILL_RESOURCE_EXHAUSTED);
    REQUIRE(error.status == RILL_RESOURCE_EXHAUSTED);
    REQUIRE(error.kafka_code == -1);
    REQUIRE(std::strcmp(error.message, "no memory") == 0);
  }
  FAIL("it takes no end of memory");
}

struct Opened {
  rill_engine* engine = nullptr;
  rill_topic* topic = nullptr;
  rill_partition* partition = nullptr;  // so that its log is open

  Opened() {
    REQUIRE(rill_open("mem:", nullptr, &engine, nullptr) == RILL_OK);
    REQUIRE(rill_engine_create_topic(engine, "orders", 3, nullptr, &topic, nullptr) == RILL_OK);
    REQUIRE(rill_topic_get_partition(topic, 0, &partition, nullptr) == RILL_OK);
  }
  ~Opened() {
    rill_partition_free(partition);
    rill_topic_free(topic);
    rill_engine_free(engine);
  }
};

// The status of a call that must have given something when it succeeded, and only then.
rill_status Gave(rill_status status, const void* given) {
  return (given != nullptr) == (status == RILL_OK) ? status : RILL_INTERNAL;
}

TEST_CASE("A call that has no memory says so, with none, and gives nothing") {
  Opened on;
  rill_options* options = rill_options_new();
  const std::string name(100, 'n');
  RunOutOfMemory([&](rill_error* error) {
    return rill_options_set(options, name.c_str(), "a value that no short string holds", error);
  });
  rill_options_free(options);
  RunOutOfMemory([&](rill_error* error) {
    rill_partition* partition = nullptr;
    const auto status = rill_topic_get_partition(on.topic, 0, &partition, error);
    const auto gave = Gave(status, partition);
    rill_partition_free(partition);
    return gave;
  });
  RunOutOfMemory([&](rill_error* error) {
    rill_topic_description* description = nullptr;
    const auto status = rill_engine_describe_topic(on.engine, "orders", &description, error);
    const auto gave = Gave(status, description);
    rill_topic_description_free(description);
    return gave;
  });
  RunOutOfMemory([&](rill_error* error) {
    rill_strings* names = nullptr;
    const auto status = rill_engine_list_topics(on.engine, 1, &names, error);
    const auto gave = Gave(status, names);
    rill_strings_free(names);
    return gave;
  });
}

TEST_CASE("A failure that there is no memory to describe is told as that") {
  Opened on;
  rill_topic* none = nullptr;
  rill_error error = {};
  rill_status status = RILL_OK;
  {
    const ShortOfMemory memory(0);
    status = rill_engine_find_topic(on.engine, "no such topic", &none, &error);
  }
  CHECK(status == RILL_RESOURCE_EXHAUSTED);
  CHECK(std::strcmp(error.message, "no memory") == 0);
  CHECK(none == nullptr);
  CHECK(rill_engine_find_topic(on.engine, "no such topic", &none, &error) == RILL_NOT_FOUND);
}

TEST_CASE("Records of which nobody knows whether they were sent are not said to be unsent") {
  Opened on;
  rill_producer* producer = nullptr;
  REQUIRE(rill_engine_new_producer(on.engine, nullptr, &producer, nullptr) == RILL_OK);
  const rill_producer_record records[2] = {};
  rill_delivery told[2] = {};
  rill_status status = RILL_OK;
  {
    const ShortOfMemory memory(1);
    status = rill_producer_send_batch_wait(producer, on.topic, records, 2, -1, told, nullptr);
  }
  CHECK(status == RILL_RESOURCE_EXHAUSTED);
  CHECK(told[0].status == RILL_UNKNOWN);
  CHECK(told[1].status == RILL_UNKNOWN);
  CHECK(told[0].offset == -1);
  rill_producer_free(producer);
}

// A struct, and what became of it in a later version.
struct Sized {
  std::size_t struct_size;
  std::int64_t first;
  std::int64_t later;
};

TEST_CASE("A struct with its size is written as far as both the caller and the library know it") {
  const Sized now = {0, 1, 2};
  Sized of_old_caller = {offsetof(Sized, later), -1, -1};
  WriteSized(now, &of_old_caller);
  CHECK(of_old_caller.struct_size == offsetof(Sized, later));
  CHECK(of_old_caller.first == 1);
  CHECK(of_old_caller.later == -1);

  struct {
    Sized known;
    std::int64_t much_later;
  } of_new_caller = {{sizeof of_new_caller, -1, -1}, -1};
  WriteSized(now, &of_new_caller.known);
  CHECK(of_new_caller.known.later == 2);
  CHECK(of_new_caller.much_later == 0);
}

}  // namespace
}  // namespace rill::c
