#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// The ways in which a log could get its bytes into a file's pages, bare: no log, no checksum.
namespace rill::bench {

inline constexpr std::uint64_t kPage = 4096;

// A mapped file whose blocks are reserved ahead, as a segment's are. Gone when destroyed.
class PageFile {
 public:
  PageFile(const std::string& path, std::uint64_t size);
  ~PageFile();
  PageFile(const PageFile&) = delete;
  PageFile& operator=(const PageFile&) = delete;

  int descriptor() const { return descriptor_; }
  char* data() const { return data_; }
  std::uint64_t size() const { return size_; }

 private:
  std::string path_;
  std::uint64_t size_;
  int descriptor_;
  char* data_;
};

// One way. Used for one file, from its begin to its end.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual void Store(PageFile& file, std::uint64_t position, std::string_view chunk) = 0;
};

// Stores into the mapping and lets each page fault.
std::unique_ptr<Strategy> StoreAndFault();
// Stores into the mapping, populated (MADV_POPULATE_WRITE) `window` bytes ahead. Before it is, the
// kernel brings the pages into its cache as it likes (kReadAround: it reads around each fault, as
// far as the disk's read_ahead_kb says), one by one (kNothing: MADV_RANDOM), or they are put there
// by a pwrite of zeros (kZeros).
enum class Ahead { kReadAround, kNothing, kZeros };
std::unique_ptr<Strategy> StoreAndPopulate(std::uint64_t window, Ahead ahead);
// The chunk by pwrite; then what shows it to readers, 12 bytes by another pwrite, as a log would
// have to.
std::unique_ptr<Strategy> WriteTwice();
// The chunk by pwrite; then what shows it to readers is stored into the mapping, as today.
std::unique_ptr<Strategy> WriteAndStore();

}  // namespace rill::bench
