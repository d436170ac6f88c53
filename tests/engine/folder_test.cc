// Where an engine's folder is, and that it stays there.

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>

#include "../io/temporary_folder.h"
#include "catch.h"
#include "engine_under_test.h"
#include "rill/testing/faulty_storage.h"

namespace rill::engine {
namespace {

using test::TemporaryFolder;
using testing::FaultyStorage;
using testing::FileCall;
namespace fs = std::filesystem;

// Has the process work elsewhere until the end of its scope.
class WorkingFolder {
 public:
  explicit WorkingFolder(const std::string& path) { fs::current_path(path); }
  ~WorkingFolder() { fs::current_path(before_); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  const fs::path before_ = fs::current_path();
};

TEST_CASE("A relative folder stays the same one when the process goes to work elsewhere") {
  for (const std::string where : {"x", "./x", ".//./x/", "a/x", "../here/x", "."}) {
    CAPTURE(where);
    const TemporaryFolder root;
    const TemporaryFolder elsewhere;
    const std::string here = root.path() + "/here";
    fs::create_directory(here);
    const WorkingFolder back(here);
    const auto engine = MustOpen(where, ByCaller());
    fs::current_path(elsewhere.path());
    REQUIRE(engine->CreateTopic("orders", {}).ok());
    REQUIRE(AppendOne(MustPartition(*engine, "orders"), "kept").ok());
    REQUIRE(engine->Close() == absl::OkStatus());
    CHECK(fs::is_empty(elsewhere.path()));
    const auto again = MustOpen((fs::path(here) / where).string(), ByCaller());
    CHECK(Values(MustPartition(*again, "orders")) == std::vector<std::string>{"kept"});
  }
}

TEST_CASE("A relative folder is refused where the working folder is gone") {
  const TemporaryFolder root;
  fs::create_directory(root.path() + "/gone");
  const WorkingFolder back(root.path() + "/gone");
  fs::remove(root.path() + "/gone");
  const auto refused = LocalEngine::Open("x", ByCaller()).status();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(Mentions(refused, "cannot open \"x\": the working folder is not known"));
}

TEST_CASE("A folder that another process takes away meanwhile does not keep the engine shut") {
  const auto storage = std::make_shared<FaultyStorage>();
  Options options = ByCaller();
  options.storage = storage;
  REQUIRE(MustOpen("data", options)->Close().ok());
  const std::string deleted = DeletedFolderName("orders", 0);
  REQUIRE(storage->WriteFile("data/" + deleted + "/00000000000000000000.log", "x").ok());
  storage->FailNext(FileCall::kList, deleted, ENOENT);
  CHECK(MustOpen("data", options)->Close().ok());
}

}  // namespace
}  // namespace rill::engine
