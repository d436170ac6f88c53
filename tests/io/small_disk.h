#pragma once

#include <sys/mount.h>

#include <iostream>
#include <string>

#include "temporary_folder.h"

namespace rill::test {

// A small file system of its own at a folder, where the process may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(const char* options, unsigned long flags = 0)
      : mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", flags, options) == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  const bool mounted_;
};

// Whether the disk is there; where it is not, the test's output says so.
inline bool CanRun(const SmallDisk& disk) {
  if (!disk.mounted()) {
    std::cout << "NOT TESTED: this process may not mount a file system" << std::endl;
  }
  return disk.mounted();
}

}  // namespace rill::test
