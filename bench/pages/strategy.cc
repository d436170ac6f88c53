#include "strategy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "bench_log.h"

namespace rill::bench {
namespace {

constexpr std::size_t kShown = 12;  // offset and length of a batch

void Check(bool ok, const char* what) {
  if (ok) return;
  Require(absl::InternalError(std::string(what) + ": " + std::generic_category().message(errno)));
}

void Write(PageFile& file, std::uint64_t position, std::string_view bytes) {
  const ssize_t written =
      pwrite(file.descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(position));
  Check(written == static_cast<ssize_t>(bytes.size()), "pwrite");
}

class Faulting : public Strategy {
 public:
  void Store(PageFile& file, std::uint64_t position, std::string_view chunk) override {
    std::memcpy(file.data() + position, chunk.data(), chunk.size());
  }
};

class Populating : public Strategy {
 public:
  Populating(std::uint64_t window, Ahead ahead)
      : window_(window), ahead_(ahead), zeros_(window + (1 << 20)) {}
  void Store(PageFile& file, std::uint64_t position, std::string_view chunk) override {
    const std::uint64_t end = position + chunk.size();
    if (position == 0 && ahead_ == Ahead::kNothing) {
      Check(madvise(file.data(), file.size(), MADV_RANDOM) == 0, "madvise");
    }
    if (end > ready_) {
      const std::uint64_t until = std::min((end + window_) / kPage * kPage, file.size());
      if (ahead_ == Ahead::kZeros) Write(file, ready_, {zeros_.data(), until - ready_});
      Check(madvise(file.data() + ready_, until - ready_, MADV_POPULATE_WRITE) == 0, "madvise");
      ready_ = until;
    }
    std::memcpy(file.data() + position, chunk.data(), chunk.size());
  }

 private:
  std::uint64_t window_;
  Ahead ahead_;
  std::vector<char> zeros_;
  std::uint64_t ready_ = 0;
};

class WritingTwice : public Strategy {
 public:
  void Store(PageFile& file, std::uint64_t position, std::string_view chunk) override {
    Write(file, position, chunk);
    Write(file, position, chunk.substr(0, kShown));
  }
};

class WritingAndStoring : public Strategy {
 public:
  void Store(PageFile& file, std::uint64_t position, std::string_view chunk) override {
    Write(file, position, chunk);
    std::memcpy(file.data() + position, chunk.data(), kShown);
  }
};

}  // namespace

PageFile::PageFile(const std::string& path, std::uint64_t size)
    : path_(path),
      size_(size),
      descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) {
  Check(descriptor_ >= 0, "open");
  Check(fallocate(descriptor_, 0, 0, static_cast<off_t>(size)) == 0, "fallocate");
  void* const mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  Check(mapped != MAP_FAILED, "mmap");
  data_ = static_cast<char*>(mapped);
}

PageFile::~PageFile() {
  munmap(data_, size_);
  close(descriptor_);
  unlink(path_.c_str());
}

std::unique_ptr<Strategy> StoreAndFault() { return std::make_unique<Faulting>(); }
std::unique_ptr<Strategy> StoreAndPopulate(std::uint64_t window, Ahead ahead) {
  return std::make_unique<Populating>(window, ahead);
}
std::unique_ptr<Strategy> WriteTwice() { return std::make_unique<WritingTwice>(); }
std::unique_ptr<Strategy> WriteAndStore() { return std::make_unique<WritingAndStoring>(); }

}  // namespace rill::bench
