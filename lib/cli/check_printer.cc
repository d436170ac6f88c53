#include "cli/check_printer.h"

#include "cli/byte_progress.h"
#include "cli/json_lines.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

using Kind = log::Finding::Kind;

constexpr char kDamageLeft[] =
    "What is still damaged cannot be made anew from what the folder has. Reads of such records "
    "fail and tell where they go on behind them; a backup may have them.\n";

class CheckText final : public CheckPrinter {
 public:
  explicit CheckText(std::ostream& out) : out_(out) {}

  void PrintFinding(const log::Finding& finding) override {
    std::string line = PrefixOf(finding.kind);
    if (!finding.folder.empty()) line += finding.folder + ": ";
    if (!finding.file.empty()) line += finding.file + ": ";
    if (finding.position) line += fmt::format("byte {}: ", *finding.position);
    out_ << line << finding.what << '\n';
  }

  void PrintSummary(const std::string& path, const engine::FolderCheckSummary& checked) override {
    out_ << fmt::format("{}: {}; {} partitions, {} batches, {} records, {}{}{}\n", path,
                        VerdictOf(checked), checked.partitions, checked.batches, checked.records,
                        FormatBytes(checked.bytes), checked.was_closed ? "" : NotClosed(checked),
                        checked.has_catalogue
                            ? ""
                            : "; without rill.catalogue, as a folder of Apache Kafka's: if it is "
                              "rill's, its catalogue is missing");
  }

  void BeginRepair(const std::string& path) override { out_ << "repairing " << path << '\n'; }
  void PrintRepair(std::string_view line) override { out_ << "repair: " << line << '\n'; }
  void TellDamageLeft() override { out_ << kDamageLeft; }

 private:
  static const char* PrefixOf(Kind kind) {
    switch (kind) {
      case Kind::kUnread:
        return "not checked: ";
      case Kind::kCut:
        return "to be cut: ";
      case Kind::kNote:
        return "note: ";
      case Kind::kDamage:
        break;
    }
    return "";
  }

  static std::string VerdictOf(const engine::FolderCheckSummary& checked) {
    std::string verdict = "sound";
    if (checked.unread > 0) verdict = fmt::format("{} not checked", checked.unread);
    if (checked.damaged > 0) verdict = fmt::format("{} damaged", checked.damaged);
    if (checked.damaged > 0 && checked.unread > 0) {
      verdict += fmt::format(", {} not checked", checked.unread);
    }
    if (checked.cut > 0) {
      verdict += fmt::format(", {} torn and cut off by the next open", checked.cut);
    }
    return verdict;
  }

  // What to do about it is in who opens the folder; a backup is such a folder, too.
  static const char* NotClosed(const engine::FolderCheckSummary& checked) {
    return checked.has_catalogue
               ? "; was not closed, which needs nothing: the next open looks through the ends of "
                 "its logs"
               : "; was not closed, so its broker recovers it when it starts";
  }

  std::ostream& out_;
};

class CheckObjects final : public CheckPrinter {
 public:
  CheckObjects(std::ostream& out, const StandardError& err) : out_(out), err_(err) {}

  void PrintFinding(const log::Finding& finding) override {
    out_ << JsonLine({{"type", TypeOf(finding.kind)},
                      {"folder", NullIfEmpty(finding.folder)},
                      {"file", NullIfEmpty(finding.file)},
                      {"position", OrNull(finding.position)},
                      {"message", finding.what}});
  }

  void PrintSummary(const std::string& path, const engine::FolderCheckSummary& checked) override {
    out_ << JsonLine({{"type", "summary"},
                      {"dataDir", path},
                      {"damaged", checked.damaged},
                      {"notChecked", checked.unread},
                      {"toBeCut", checked.cut},
                      {"partitionCount", checked.partitions},
                      {"batchCount", checked.batches},
                      {"recordCount", checked.records},
                      {"size", checked.bytes},
                      {"wasClosed", checked.was_closed},
                      {"hasCatalogue", checked.has_catalogue}});
  }

  void BeginRepair(const std::string&) override {}
  void PrintRepair(std::string_view line) override {
    out_ << JsonLine({{"type", "repair"}, {"message", line}});
  }
  void TellDamageLeft() override { err_.Write(kDamageLeft); }

 private:
  static const char* TypeOf(Kind kind) {
    switch (kind) {
      case Kind::kUnread:
        return "notChecked";
      case Kind::kCut:
        return "toBeCut";
      case Kind::kNote:
        return "note";
      case Kind::kDamage:
        break;
    }
    return "damage";
  }

  std::ostream& out_;
  const StandardError& err_;
};

}  // namespace

std::unique_ptr<CheckPrinter> NewCheckText(std::ostream& out) {
  return std::make_unique<CheckText>(out);
}

std::unique_ptr<CheckPrinter> NewCheckObjects(std::ostream& out, const StandardError& err) {
  return std::make_unique<CheckObjects>(out, err);
}

}  // namespace rill::cli
