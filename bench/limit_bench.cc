#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "base/crc32c.h"
#include "base/prefetch.h"
#include "bench_log.h"
#include "io/memory_file_system.h"
#include "io/real_file_system.h"

// What this machine can do at the best with the files, mappings, reserve steps and windows that the
// log uses, and none of its logic: the yardsticks for the other benchmarks.
namespace rill::bench {
namespace {

// Chunks go one behind the other into mapped files of kSegmentBytes, which are reserved and
// populated ahead in the steps of lib/log/segment_writer.cc.
class ChunkWriter {
 public:
  explicit ChunkWriter(Place place)
      : files_(place == Place::kMem ? io::NewMemoryFileSystem() : io::NewRealFileSystem()),
        path_(folder_.path() + "/limit") {
    Require(files_->CreateDirectories(path_));
    NextFile();
  }

  char* Room(std::size_t size) {
    if (position_ + size > kSegmentBytes) NextFile();
    if (position_ + size > ready_) MakeReady(size);
    char* const room = mapping_->data() + position_;
    position_ += size;
    return room;
  }

  // Until it is on the disk: writing it out is not to be measured with what comes next.
  void Flush() {
    for (const auto& file : files_written_) Require(file->Sync());
  }

 private:
  static constexpr std::uint64_t kPage = 4096;
  static constexpr std::uint64_t kWindow = std::uint64_t{512} << 10;

  void NextFile() {
    const std::string path = path_ + "/" + std::to_string(files_written_.size());
    files_written_.push_back(Require(files_->Open(path, io::OpenMode::kCreateNew)));
    file_ = files_written_.back().get();
    mapping_ = Require(file_->Map(kSegmentBytes, io::MapMode::kReadWrite));
    mappings_.push_back(mapping_);
    position_ = reserved_ = ready_ = 0;
  }

  void MakeReady(std::size_t size) {
    const std::uint64_t needed = position_ + size;
    if (needed > reserved_) {
      const std::uint64_t step = std::clamp<std::uint64_t>(reserved_, 64 << 10, 64 << 20);
      reserved_ = std::min(reserved_ + std::max<std::uint64_t>(step, kPage), kSegmentBytes);
      Require(file_->Allocate(reserved_));
    }
    const std::uint64_t ready = std::min((needed + kWindow) / kPage * kPage, reserved_);
    file_->CacheZeros(ready_, ready - ready_);
    mapping_->Populate(ready_ / kPage * kPage, ready - ready_ / kPage * kPage);
    ready_ = ready;
  }

  ScratchFolder folder_;
  std::unique_ptr<io::FileSystem> files_;
  std::string path_;
  std::vector<std::unique_ptr<io::File>> files_written_;
  io::File* file_ = nullptr;  // the last of them
  std::shared_ptr<io::Mapping> mapping_;
  std::vector<std::shared_ptr<io::Mapping>> mappings_;  // what was written stays, as a log's does
  std::uint64_t position_ = 0;
  std::uint64_t reserved_ = 0;
  std::uint64_t ready_ = 0;
};

void StoreChunks(benchmark::State& state, Place place, std::size_t chunk_size) {
  ChunkWriter writer(place);
  const std::string chunk(chunk_size, 'c');
  for (auto _ : state) {
    benchmark::DoNotOptimize(base::Crc32c(chunk));
    std::memcpy(writer.Room(chunk.size()), chunk.data(), chunk.size());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * chunk.size()));
}

void LimitAppend(benchmark::State& state, Place place) {
  StoreChunks(state, place, MakeBatch().size());
}

// A batch of one record of kValueBytes: header, six one-byte fields, a two-byte length, the value.
constexpr std::size_t kSingleRecordBatch = kBatchHeaderSize + kValueBytes + 9;

void LimitAppendSync(benchmark::State& state, Place place) {
  StoreChunks(state, place, kSingleRecordBatch);
}

// The sum of all aligned 64-bit words, in vectors as wide as the compiler was let. Fetched as far
// ahead as records are, which is where a scan is fastest.
std::uint64_t Sum(const char* data, std::size_t size) {
  constexpr std::size_t kAhead = 4096;
  constexpr std::size_t kLine = 64;
  std::uint64_t sums[16] = {};
  for (std::size_t at = 0; at + sizeof sums <= size; at += sizeof sums) {
    base::PrefetchToRead(data + at + kAhead);
    base::PrefetchToRead(data + at + kAhead + kLine);
    std::uint64_t words[16];
    std::memcpy(words, data + at, sizeof words);
    for (std::size_t i = 0; i < 16; ++i) sums[i] += words[i];
  }
  std::uint64_t total = 0;
  for (const std::uint64_t sum : sums) total += sum;
  return total;
}

void LimitScan(benchmark::State& state, Place place) {
  const std::uint64_t bytes = place == Place::kMem ? kMemScanBytes : kFileScanBytes;
  ChunkWriter writer(place);
  const std::string chunk(kBatchBytes, 'c');
  std::vector<const char*> chunks;
  for (std::uint64_t done = 0; done < bytes; done += chunk.size()) {
    chunks.push_back(
        static_cast<char*>(std::memcpy(writer.Room(chunk.size()), chunk.data(), chunk.size())));
  }
  writer.Flush();
  for (auto _ : state) {
    for (const char* at : chunks) benchmark::DoNotOptimize(Sum(at, kBatchBytes));
  }
  state.SetBytesProcessed(
      static_cast<std::int64_t>(state.iterations() * chunks.size() * kBatchBytes));
}

}  // namespace

void RegisterLimits() {
  for (const Place place : {Place::kMem, Place::kFile}) {
    const std::string where = place == Place::kMem ? "/mem" : "/file";
    benchmark::RegisterBenchmark(("limit/append" + where).c_str(), LimitAppend, place)
        ->Iterations(kAppendBytes / kBatchBytes)
        ->UseRealTime();
    benchmark::RegisterBenchmark(("limit/append_sync" + where).c_str(), LimitAppendSync, place)
        ->Iterations(kAppendBytes / 2 / kSingleRecordBatch)
        ->UseRealTime();
    benchmark::RegisterBenchmark(("limit/scan" + where).c_str(), LimitScan, place)
        ->Iterations(2)
        ->UseRealTime();
  }
}

}  // namespace rill::bench
