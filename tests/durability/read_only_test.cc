// Folders and file systems that may not be written.

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <string>

#include "catch.h"
#include "client/client_test.h"
#include "io/child_process.h"
#include "io/small_disk.h"
#include "rill/rill.h"

namespace rill::testing {
namespace {

const Options kByCaller = {.maintenance = Options::Maintenance::kByCaller};
constexpr uid_t kNobody = 65534;

absl::Status Send(Producer& producer, const Topic& topic, std::int32_t partition) {
  return producer.Send(topic, {.value = "v", .partition = partition}).Wait().status();
}

TEST_CASE("A folder on a read-only file system is refused, and opens when it may be written") {
  const test::SmallDisk disk("size=4m");
  if (!test::CanRun(disk)) return;
  const std::string folder = disk.path() + "/data";
  {
    Engine engine = Get(Open(folder, kByCaller));
    Producer producer = Get(engine.NewProducer());
    REQUIRE(Send(producer, MakeTopic(engine, "t"), 0).ok());
  }
  const auto remount = [&](unsigned long flags) {
    return ::mount(nullptr, disk.path().c_str(), nullptr, MS_REMOUNT | flags, nullptr) == 0;
  };
  REQUIRE(remount(MS_RDONLY));
  const auto refused = Open(folder, kByCaller).status();
  CHECK(absl::IsPermissionDenied(refused));
  CHECK(Says(refused, folder));
  REQUIRE(remount(0));
  Engine engine = Get(Open(folder, kByCaller));
  CHECK(EndOf(Get(engine.FindTopic("t"))) == 1);
}

bool Is(bool condition, const absl::Status& status) {
  if (!condition) std::cout << "not so: " << status.ToString() << std::endl;
  return condition;
}

// As a user who may not write to what root takes the rights from.
bool GoesOnWhereItMay(const std::string& folder) {
  if (::setuid(kNobody) != 0) return false;
  auto engine = Open(folder, kByCaller);
  if (!Is(engine.ok(), engine.status())) return false;
  auto topic = engine->CreateTopic("t", {.partitions = 2});
  auto producer = engine->NewProducer();
  if (auto sent = Send(*producer, *topic, 0); !Is(sent.ok(), sent)) return false;
  std::filesystem::permissions(folder, std::filesystem::perms{0555});
  const auto refused = Send(*producer, *topic, 1);  // wants a folder
  if (!Is(absl::IsPermissionDenied(refused) && Says(refused, folder), refused)) return false;
  if (auto sent = Send(*producer, *topic, 0); !Is(sent.ok(), sent)) return false;
  engine->RunMaintenance();
  std::filesystem::permissions(folder, std::filesystem::perms{0755});
  if (auto sent = Send(*producer, *topic, 1); !Is(sent.ok(), sent)) return false;
  const auto closed = engine->Close();
  return Is(closed.ok(), closed);
}

TEST_CASE(
    "A folder whose rights go while it is in use refuses what needs them, until they return") {
  if (::getuid() != 0) {
    std::cout << "NOT TESTED: it takes root to become another user" << std::endl;
    return;
  }
  const Folder folder;
  std::filesystem::create_directory(folder.data());
  std::filesystem::permissions(std::filesystem::path(folder.data()).parent_path(),
                               std::filesystem::perms{0755});
  REQUIRE(::chown(folder.data().c_str(), kNobody, kNobody) == 0);
  CHECK(test::InChild([&] { return GoesOnWhereItMay(folder.data()); }));
  Engine engine = Get(Open(folder.data(), kByCaller));
  CHECK(EndOf(Get(engine.FindTopic("t")), 0) == 2);
  CHECK(EndOf(Get(engine.FindTopic("t")), 1) == 1);
}

}  // namespace
}  // namespace rill::testing
