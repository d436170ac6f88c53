#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/catalogue.h"
#include "engine/format_version.h"
#include "io/file_system.h"
#include "rill/clock.h"
#include "rill/options.h"

namespace rill::engine {

inline constexpr char kCatalogueFile[] = "rill.catalogue";
inline constexpr std::uint64_t kMaxCatalogueSize = std::uint64_t{256} << 20;

// What a rill of a later minor version keeps in the file, and this one only passes on.
struct LaterRecords {
  FormatVersion version;                      // of the file
  std::map<std::string, std::string> values;  // by key; the last of each
};

// What the bytes of a catalogue file say.
struct CatalogueContents {
  CatalogueImage image;
  LaterRecords later;
  std::size_t batches = 0;
  // Where the sound batches end: below the size of the file when the last batch is torn.
  std::size_t sound_size = 0;
};

// The file is a log: RecordBatches of format 2, one behind the other, offsets from 0, leader epoch
// 0, uncompressed. The first holds one record, key "format", value as FormatVersionText; each later
// one holds one command (catalogue.h), or, in a file of a later minor version, a record of a kind
// that is not known here. DataLoss (KAFKA_STORAGE_ERROR) with `path` and position for anything else
// but a torn last batch; FailedPrecondition (KAFKA_STORAGE_ERROR) for a later major version.
//
// What tells a torn batch, whose writer died before anybody was told of the change, from a damaged
// one: it is shorter than it says or has a sector that was never written; no stretch of it has its
// checksum, as it would if only its length were damaged; and no sound batch follows.
absl::StatusOr<CatalogueContents> ParseCatalogue(std::string_view bytes, const std::string& path);

// The file's whole contents for `image`, with what a later version had in it.
absl::StatusOr<std::string> FormatCatalogue(const CatalogueImage& image, std::int64_t now_ms,
                                            const LaterRecords& later = {});

// The catalogue in its file. Not thread-safe.
class CatalogueFile {
 public:
  // Reads the file, made when missing. Cuts a torn last batch off, telling `sink`; rewrites the
  // file when most of it is history. Everything pointed to must outlive this.
  static absl::StatusOr<std::unique_ptr<CatalogueFile>> Open(io::FileSystem* files,
                                                             const std::string& directory,
                                                             Clock* clock, const LogSink& sink);

  const CatalogueImage& image() const { return image_; }
  // A whole file that would say `image`, for another folder.
  absl::StatusOr<std::string> ContentsFor(const CatalogueImage& image) const;

  // Makes the change and returns when it would survive a power cut. On an error the image is as
  // before; the file may hold the change only if it cannot be written at all any more.
  // ResourceExhausted (POLICY_VIOLATION) where the file would be larger than one that is read.
  absl::Status Commit(const CatalogueCommand& command);

 private:
  CatalogueFile(io::FileSystem* files, std::string path, Clock* clock)
      : files_(files), path_(std::move(path)), clock_(clock) {}

  absl::Status SyncWhatWasRead();
  bool IsMostlyHistory() const;
  absl::Status Append(const CatalogueCommand& command);
  absl::Status RewriteWith(const CatalogueCommand& command);
  absl::Status Rewrite(const CatalogueImage& image, std::size_t limit = kMaxCatalogueSize);

  io::FileSystem* const files_;
  const std::string path_;
  Clock* const clock_;
  CatalogueImage image_;
  LaterRecords later_;
  std::size_t batches_ = 0;
  std::size_t size_ = 0;
  // An append failed and could not be taken back: the file has to be written anew.
  bool must_rewrite_ = false;
};

}  // namespace rill::engine
