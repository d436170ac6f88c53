#include "follower_under_test.h"
#include "io/faulty_file_system.h"

// What another process reads of a log that rests, and wakes while its last file has another name,
// as in a backup: the writer goes on in a file of its own.
namespace rill::log {
namespace {

using testing::FileCall;

constexpr char kLast[] = "00000000000000000000.log";
constexpr char kLinked[] = "/data/linked.log";

// A log at rest whose last segment is linked into another folder.
class Scene {
 public:
  Scene() : log_(files_) {
    log_.config.segment_bytes = 100000;
    log_.Open();
    log_->PublishTo(std::make_shared<EndPublisher>(&slot_, &wakeup_, nullptr));
    for (int i = 0; i < 20; ++i) log_.AppendValue(std::string(100, 'x'));
    GoToRest(log_);
    log_.Checkpoint(false);
    REQUIRE(files_.Link(log_.directory() + "/" + kLast, kLinked).ok());
    linked_ = files_.Contents(kLinked).value();
  }

  std::shared_ptr<PartitionLog> Reader() {
    return FollowerOf(log_, files_, &slot_, /*has_writer=*/true);
  }
  void RequireLinkedIsAsItWas() { REQUIRE(files_.Contents(kLinked).value() == linked_); }

  io::FaultyFileSystem& files() { return files_; }
  LogUnderTest& log() { return log_; }
  const SharedSlot& slot() const { return slot_; }

 private:
  io::FaultyFileSystem files_;
  LogUnderTest log_;
  SharedSlot slot_;
  std::atomic<std::uint32_t> wakeup_ = 0;
  std::string linked_;
};

// The value of each record that the reader is shown.
std::vector<std::string> ValuesOf(PartitionLog& reader) {
  std::vector<std::string> values;
  for (std::int64_t at = 0; at < reader.high_watermark();) {
    const auto records = reader.Read(at, {});
    INFO(at << ": " << records.status().ToString());
    REQUIRE(records.ok());
    for (const Seen& seen : ToSeen(*records)) values.push_back(seen.value);
    at = records->ranges()[0].next_offset;
  }
  return values;
}

TEST_CASE("who follows a log at rest reads on in the file that it wakes in") {
  Scene scene;
  const auto follower = scene.Reader();
  REQUIRE(ValuesOf(*follower).size() == 20);
  const std::uint64_t before = scene.slot().replacements;
  for (int i = 0; i < 30; ++i) {
    scene.log().AppendValue("after " + std::to_string(i));
    const auto values = ValuesOf(*follower);
    REQUIRE(values.size() == static_cast<std::size_t>(21 + i));
    REQUIRE(values.back() == "after " + std::to_string(i));
  }
  CHECK(scene.slot().replacements == before + 2);  // told to look for the new file, once
  scene.RequireLinkedIsAsItWas();
  CHECK(ValuesOf(*scene.Reader()) == ValuesOf(*follower));
}

TEST_CASE("who reads while a log wakes, at any call to the storage, finds all that it was shown") {
  Scene scene;
  const auto follower = scene.Reader();
  const std::uint64_t before = scene.slot().replacements;
  bool is_inside = false;
  int reads = 0;
  int replacing = 0;
  scene.files().plan().Watch([&](FileCall, const std::string&) {
    if (is_inside) return;  // its own calls are watched, too
    replacing += scene.slot().replacements == before + 1 ? 1 : 0;
    // In the change of names it would wait; behind it, files in memory do not grow past what a
    // reader has mapped of them.
    if (scene.slot().replacements != before) return;
    is_inside = true;
    REQUIRE(ValuesOf(*follower).size() == 20);
    ++reads;
    is_inside = false;
  });
  scene.log().AppendValue("after");
  scene.files().plan().Watch(nullptr);
  CHECK(reads > 0);
  CHECK(replacing > 2);
  CHECK(ValuesOf(*follower).back() == "after");
  scene.RequireLinkedIsAsItWas();
}

TEST_CASE("a follower outlives a waking that failed, and reads on when the log could wake") {
  Scene scene;
  const auto follower = scene.Reader();
  REQUIRE(ValuesOf(*follower).size() == 20);
  scene.files().plan().Add({.call = FileCall::kRename, .path_part = kLast, .error = EIO});
  CHECK_FALSE(scene.log()->AppendRecord({.value = "lost"}).ok());
  scene.files().plan().Clear();
  CHECK(scene.slot().replacements % 2 == 0);
  CHECK(ValuesOf(*follower).size() == 20);
  scene.log().AppendValue("after");
  CHECK(ValuesOf(*follower).size() == 21);
  CHECK(ValuesOf(*follower).back() == "after");
  scene.RequireLinkedIsAsItWas();
}

}  // namespace
}  // namespace rill::log
