// A topic that is deleted and imported again has its id once more: readers must not take the one
// for the other.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "engine_under_test.h"

namespace rill::engine {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

std::vector<std::string> Append(const std::string& data, const std::string& value, int count) {
  const auto engine = MustOpen(data, ByCaller());
  for (int i = 0; i < count; ++i) {
    REQUIRE(AppendOne(MustPartition(*engine, "orders"), value).ok());
  }
  auto values = Values(MustPartition(*engine, "orders"));
  REQUIRE(engine->Close().ok());
  return values;
}

TEST_CASE("A reader that slept while a topic was deleted and imported again reads the new one") {
  for (const bool is_used_by_writer : {true, false}) {
    for (const bool was_read : {true, false}) {
      CAPTURE(is_used_by_writer, was_read);
      const TemporaryFolder folder;
      const std::string longer = folder.path() + "/longer";
      const std::string shorter = folder.path() + "/shorter";
      REQUIRE(MustOpen(longer, ByCaller())->CreateTopic("orders", {}).ok());
      Append(longer, "common", 3);
      fs::copy(longer, shorter, fs::copy_options::recursive);
      const auto before = Append(longer, "before", 97);
      const auto after = Append(shorter, "after", 47);

      const std::string data = folder.path() + "/data";
      const auto writer = MustOpen(data, ByCaller());
      REQUIRE(writer->ImportTopic("orders", {longer}, {}).ok());
      if (is_used_by_writer) MustPartition(*writer, "orders");
      Options read_only = ByCaller();
      read_only.read_only = true;
      const auto reader = MustOpen(data, read_only);
      if (was_read) REQUIRE(Values(MustPartition(*reader, "orders")) == before);

      REQUIRE(writer->DeleteTopic("orders").ok());
      REQUIRE(writer->ImportTopic("orders", {shorter}, {}).ok());
      reader->LookOutside();
      CHECK(Values(MustPartition(*reader, "orders")) == after);
      REQUIRE(AppendOne(MustPartition(*writer, "orders"), "last").ok());
      const auto values = Values(MustPartition(*reader, "orders"));
      CHECK(values.size() == after.size() + 1);
      CHECK(values.back() == "last");
    }
  }
}

}  // namespace
}  // namespace rill::engine
