#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/command_line.h"
#include "cli/dump_files.h"
#include "cli/message_decoder.h"

namespace rill::cli {

// The options of Kafka's DumpLogSegments 4.4.0. Arguments are read when they are asked for, so that
// a bad one is an error only for the files that it matters to, as in Kafka's tool.
class DumpLogOptions {
 public:
  // InvalidArgument as CommandLine::Parse. Unimplemented for a decoder of Kafka's that rill lacks.
  static absl::StatusOr<DumpLogOptions> Parse(std::span<const std::string> words);

  // What is asked for beside a dump; in the order in which Kafka's tool looks.
  bool wants_help() const { return has_no_words_ || line_.Has("help"); }
  bool wants_version() const { return line_.Has("version"); }
  bool has_files() const { return line_.Has("files"); }
  // Words that are ignored, as Kafka's tool does.
  const std::vector<std::string>& ignored() const { return line_.ignored(); }

  // The files, as they were given. InvalidArgument when --files is there twice.
  absl::StatusOr<std::vector<std::string>> Files() const;

  bool prints_content() const;
  bool is_deep() const { return prints_content() || line_.Has("deep-iteration"); }
  bool skips_metadata() const { return line_.Has("skip-record-metadata"); }
  IndexCheck index_check() const;
  bool prints_json() const { return line_.Has("json"); }

  // Errors: InvalidArgument.
  absl::StatusOr<std::unique_ptr<MessageDecoder>> Decoder() const;
  absl::StatusOr<std::int32_t> MaxBytes() const;
  absl::StatusOr<std::int32_t> MaxMessageSize() const;

 private:
  explicit DumpLogOptions(CommandLine line, bool has_no_words)
      : line_(std::move(line)), has_no_words_(has_no_words) {}
  absl::StatusOr<std::int32_t> Number(std::string_view option, std::int32_t otherwise) const;

  CommandLine line_;
  bool has_no_words_;
};

// What every option does, in lines of at most 80 characters.
extern const char kDumpLogHelp[];

}  // namespace rill::cli
