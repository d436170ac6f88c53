// A page that says anything: a status at worst, never a crash, a hang, or a record that was not
// written.

#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "reader_and_writer.h"

namespace rill::testing {
namespace {

// Of rill.shared, as far as one partition makes use of it: a header and a slot.
constexpr std::size_t kUsedSize = 128 + 64;

class WrittenFolder {
 public:
  WrittenFolder() : engine_(Get(Open(folder_.data(), Writing()))) {
    const Topic topic = MakeTopic(engine_, "orders");
    for (int i = 0; i < 20; ++i) Append(topic, std::to_string(i));
    std::ifstream file(page(), std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
  }

  std::string data() const { return folder_.data(); }
  std::string page() const { return folder_.data() + "/rill.shared"; }
  const std::string& bytes() const { return bytes_; }

  // Another file, so that the writer's own page is not touched.
  void Put(const std::string& bytes) const {
    std::filesystem::remove(page());
    std::ofstream(page(), std::ios::binary) << bytes;
  }

 private:
  Folder folder_;
  Engine engine_;
  std::string bytes_;
};

// Reads what there is, as an application would that meets an error. How many records it met.
int ReadAll(const std::string& folder) {
  auto reader = Open(folder, Reading());
  if (!reader.ok()) return 0;
  const auto topic = reader->FindTopic("orders");
  if (!topic.ok()) return 0;
  const auto log = topic->partition(0);
  if (!log.ok()) return 0;
  static_cast<void>(log->WaitFor(19, absl::ZeroDuration()));
  int seen = 0;
  std::int64_t at = log->log_start_offset();
  for (int reads = 0; at < log->high_watermark() && reads < 100; ++reads) {
    const auto records = log->Read(at);
    if (!records.ok()) return seen;
    for (const Record& record : *records) {
      REQUIRE(record.offset() < 20);
      REQUIRE(record.value() == std::to_string(record.offset()));
      ++seen;
    }
    at = records->ranges().back().next_offset;
  }
  return seen;
}

TEST_CASE("Whatever byte of a page is changed, a reader shows what was written, or an error") {
  const WrittenFolder folder;
  REQUIRE(folder.bytes().size() >= kUsedSize);
  REQUIRE(ReadAll(folder.data()) == 20);
  for (std::size_t at = 0; at < kUsedSize; ++at) {
    for (const int mask : {0x01, 0x80, 0xff}) {
      CAPTURE(at, mask);
      std::string bytes = folder.bytes();
      bytes[at] = static_cast<char>(bytes[at] ^ mask);
      folder.Put(bytes);
      ReadAll(folder.data());
    }
  }
}

TEST_CASE("A page that is cut anywhere is not used, or used as far as it goes") {
  const WrittenFolder folder;
  for (std::size_t size = 0; size < folder.bytes().size(); size += size < 2 * kUsedSize ? 1 : 511) {
    CAPTURE(size);
    folder.Put(folder.bytes().substr(0, size));
    CHECK(ReadAll(folder.data()) == 20);
  }
}

TEST_CASE("Without a page a reader sees what is in the folder") {
  const WrittenFolder folder;
  std::filesystem::remove(folder.page());
  Engine reader = Get(Open(folder.data(), Reading()));
  CHECK(reader.has_writer());
  CHECK(ReadFrom(Get(Get(reader.FindTopic("orders")).partition(0)), 0).size() == 20);
}

}  // namespace
}  // namespace rill::testing
