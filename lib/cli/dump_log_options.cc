#include "cli/dump_log_options.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "cli/java_arguments.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

constexpr OptionSpec kOptions[] = {
    {"help"},
    {"version"},
    {"files", Argument::kRequired},
    {"deep-iteration"},
    {"print-data-log"},
    {"skip-record-metadata"},
    {"max-message-size", Argument::kRequired},
    {"max-bytes", Argument::kRequired},
    {"verify-index-only"},
    {"index-sanity-check"},
    {"key-decoder-class", Argument::kOptional},
    {"value-decoder-class", Argument::kOptional},
    {"offsets-decoder"},
    {"transaction-log-decoder"},
    {"cluster-metadata-decoder"},
    {"remote-log-metadata-decoder"},
    {"share-group-state-decoder"},
    {"json"},
};

// In the order of their priority where several are given.
constexpr std::pair<std::string_view, std::unique_ptr<MessageDecoder> (*)()> kDecoders[] = {
    {"offsets-decoder", NewOffsetsDecoder},
    {"transaction-log-decoder", NewTransactionLogDecoder},
    {"cluster-metadata-decoder", NewClusterMetadataDecoder},
    {"share-group-state-decoder", NewShareStateDecoder},
};

constexpr std::int32_t kDefaultMaxMessageSize = 5 * 1024 * 1024;

}  // namespace

const char kDumpLogHelp[] =
    R"(Prints what Kafka's log files hold: .log, .index, .timeindex, .txnindex,
.snapshot and .checkpoint. The files are only read, and may be those of a log
that is being written.

Option                          What it does
------                          ------------
--files <file1,file2,...>       REQUIRED: the files, with commas between them
--deep-iteration                Of a .log, show the records in each batch, too;
                                any option that shows content does so as well
--print-data-log                Show keys and values of records
--skip-record-metadata          Show nothing else of records, and no control
                                records
--max-bytes <size>              Read no more bytes of each .log than this
                                (default: 2147483647)
--max-message-size <size>       Batches of more bytes are not found when a
                                .index is checked (default: 5242880)
--verify-index-only             Check an index against its log, and print only
                                what is wrong
--index-sanity-check            Check an index as Kafka does at its start, and
                                print only whether it is sound
--key-decoder-class [class]     How keys are shown, and --value-decoder-class
--value-decoder-class [class]   values: StringDecoder, DefaultDecoder (in
                                hexadecimal), IntegerDecoder or LongDecoder of
                                org.apache.kafka.tools.api (default:
                                org.apache.kafka.tools.api.StringDecoder)
--offsets-decoder               The records are those of __consumer_offsets
--transaction-log-decoder       The records are those of __transaction_state
--share-group-state-decoder     The records are those of __share_group_state
--cluster-metadata-decoder      The records are those of __cluster_metadata
--remote-log-metadata-decoder   Not supported by rill
--json                          Print JSON, an object a line for each batch,
                                record and entry
--help                          Print this
--version                       Print the version of Kafka whose tool this is
                                the like of
)";

absl::StatusOr<DumpLogOptions> DumpLogOptions::Parse(std::span<const std::string> words) {
  auto line = CommandLine::Parse(kOptions, words);
  if (!line.ok()) return line.status();
  if (line->Has("remote-log-metadata-decoder")) {
    return MakeError(absl::StatusCode::kUnimplemented, ErrorCode::kInvalidRequest,
                     "--remote-log-metadata-decoder is not supported: rill has no tiered storage, "
                     "and cannot tell its records; Kafka's own kafka-dump-log can");
  }
  return DumpLogOptions(*std::move(line), words.empty());
}

absl::StatusOr<std::vector<std::string>> DumpLogOptions::Files() const {
  const auto value = line_.Value("files", "");
  if (!value.ok()) return value.status();
  std::vector<std::string> files;
  std::size_t begin = 0;
  while (true) {
    const std::size_t comma = value->find(',', begin);
    files.push_back(value->substr(begin, comma - begin));
    if (comma == std::string::npos) break;
    begin = comma + 1;
  }
  // Java's split leaves empty parts out at the end, unless there is nothing else.
  while (files.size() > 1 && files.back().empty()) files.pop_back();
  if (files.size() == 1 && files[0].empty() && !value->empty()) files.clear();
  return files;
}

bool DumpLogOptions::prints_content() const {
  return line_.Has("print-data-log") || line_.Has("key-decoder-class") ||
         line_.Has("value-decoder-class") ||
         std::any_of(std::begin(kDecoders), std::end(kDecoders),
                     [this](const auto& decoder) { return line_.Has(decoder.first); });
}

IndexCheck DumpLogOptions::index_check() const {
  if (line_.Has("index-sanity-check")) return IndexCheck::kSanity;
  return line_.Has("verify-index-only") ? IndexCheck::kVerifyOnly : IndexCheck::kPrint;
}

absl::StatusOr<std::unique_ptr<MessageDecoder>> DumpLogOptions::Decoder() const {
  for (const auto& [option, make] : kDecoders) {
    if (line_.Has(option)) return make();
  }
  const auto value_class = line_.Value("value-decoder-class", kStringDecoder);
  if (!value_class.ok()) return value_class.status();
  const auto key_class = line_.Value("key-decoder-class", kStringDecoder);
  if (!key_class.ok()) return key_class.status();
  return NewClassDecoder(*key_class, *value_class);
}

absl::StatusOr<std::int32_t> DumpLogOptions::Number(std::string_view option,
                                                    std::int32_t otherwise) const {
  const auto text = line_.Value(option, fmt::format("{}", otherwise));
  if (!text.ok()) return text.status();
  if (const auto number = ParseJavaNumber<std::int32_t>(*text)) return *number;
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRequest,
                   fmt::format("--{} takes a number of bytes up to {}, not \"{}\"", option,
                               std::numeric_limits<std::int32_t>::max(), *text));
}

absl::StatusOr<std::int32_t> DumpLogOptions::MaxBytes() const {
  return Number("max-bytes", std::numeric_limits<std::int32_t>::max());
}

absl::StatusOr<std::int32_t> DumpLogOptions::MaxMessageSize() const {
  return Number("max-message-size", kDefaultMaxMessageSize);
}

}  // namespace rill::cli
