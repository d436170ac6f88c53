// What request_fuzz and hostile_clients begin with.

#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "catch.h"
#include "net/api_table.h"
#include "wire/api.h"

namespace rill::net {
namespace {

using KeyAndVersion = std::pair<std::int16_t, std::int16_t>;

std::set<KeyAndVersion> Seeds() {
  std::set<KeyAndVersion> seeds;
  const auto folder = RILL_SOURCE_DIR "/tests/data/fuzz/request_fuzz";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    char begin[4] = {};
    std::ifstream(entry.path(), std::ios::binary).read(begin, sizeof begin);
    seeds.emplace(base::LoadBigEndian<std::int16_t>(begin),
                  base::LoadBigEndian<std::int16_t>(begin + 2));
  }
  return seeds;
}

TEST_CASE("Each API has fuzz seeds of its oldest and of its newest version") {
  const auto seeds = Seeds();
  for (const ServedApi& api : ServedApis()) {
    const auto key = static_cast<std::int16_t>(api.key);
    const wire::Message& request = wire::FindApi(key)->request();
    CAPTURE(request.name, request.first_version, request.last_version);
    CHECK(seeds.contains({key, request.first_version}));
    CHECK(seeds.contains({key, request.last_version}));
  }
}

}  // namespace
}  // namespace rill::net
