#include "log/offset_map.h"

#include <map>

#include "log_under_test.h"

namespace rill::log {
namespace {

constexpr base::SipHashKey kKey{1, 2};

TEST_CASE("an offset map has the last offset of each key") {
  base::Budget memory("memory", base::Budget::kUnlimited);
  const std::uint64_t seed = SeedOfTest();
  std::mt19937_64 random(seed);
  auto map = OffsetMap::Create(1 << 20, 3000, memory, kKey);
  REQUIRE(map.ok());
  std::map<std::string, std::int64_t> model;
  for (std::int64_t offset = 0; offset < 20000; offset += 1 + static_cast<int>(random() % 3)) {
    const std::string key = random() % 100 == 0 ? "" : "key" + std::to_string(random() % 3000);
    if (map->full()) break;
    map->Put(key, offset);
    model[key] = offset;
    REQUIRE(map->latest_offset() == offset);
  }
  REQUIRE(map->size() == model.size());
  for (const auto& [key, offset] : model) REQUIRE(map->Find(key) == offset);
  for (int i = 3000; i < 6000; ++i) REQUIRE(map->Find("key" + std::to_string(i)) == -1);
}

TEST_CASE("an offset map takes the memory that its keys may need, and no more than is allowed") {
  base::Budget memory("memory", base::Budget::kUnlimited);
  {
    auto few = OffsetMap::Create(1 << 20, 100, memory, kKey);
    REQUIRE(few.ok());
    CHECK(few->capacity() >= 100);
    CHECK(memory.used() < 110 * 24 + 100);
    auto many = OffsetMap::Create(24000, UINT64_MAX, memory, kKey);
    REQUIRE(many.ok());
    CHECK(many->capacity() == 900);
  }
  CHECK(memory.used() == 0);
}

TEST_CASE("an offset map that is full says so, and still holds what it has") {
  base::Budget memory("memory", base::Budget::kUnlimited);
  auto map = OffsetMap::Create(240, 1000, memory, kKey);
  REQUIRE(map.ok());
  std::int64_t offset = 0;
  for (; !map->full(); ++offset) map->Put("k" + std::to_string(offset), offset);
  CHECK(offset == 9);
  for (std::int64_t i = 0; i < offset; ++i) CHECK(map->Find("k" + std::to_string(i)) == i);
  CHECK(map->Find("other") == -1);
}

TEST_CASE("an offset map is content with what a budget has left, down to what is worth a rewrite") {
  constexpr std::size_t kLeast = OffsetMap::kLeastBytes;
  constexpr std::size_t kMany = 1 << 20;
  base::Budget memory("Options::max_buffer_bytes", 3 * kLeast);
  {
    auto map = OffsetMap::Create(64 * kLeast, kMany, memory, kKey);
    REQUIRE(map.ok());
    CHECK(memory.used() > kLeast);
    auto least = OffsetMap::Create(64 * kLeast, kMany, memory, kKey);
    REQUIRE(least.ok());
    CHECK(least->capacity() >= 9000);
  }
  const auto rest = memory.Reserve(2 * kLeast + 100);
  REQUIRE(rest.ok());
  const auto refused = OffsetMap::Create(64 * kLeast, kMany, memory, kKey);
  REQUIRE(absl::IsResourceExhausted(refused.status()));
  CHECK(Contains(refused.status(), "Options::max_buffer_bytes"));
  CHECK(Contains(refused.status(), "log.cleaner.dedupe.buffer.size"));
  CHECK(OffsetMap::Create(64 * kLeast, 100, memory, kKey).ok());  // more is not needed
}

TEST_CASE("an offset map has room for one key, whatever is allowed") {
  base::Budget memory("Options::max_buffer_bytes", 1000);
  auto least = OffsetMap::Create(0, 10, memory, kKey);
  REQUIRE(least.ok());
  CHECK(least->capacity() == 1);
}

}  // namespace
}  // namespace rill::log
