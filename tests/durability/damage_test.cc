// A small data folder, byte by byte: each is changed in several ways, and each file is cut at every
// length, after a clean close and after a kill. docs/crash-safety.md lists what nobody notices.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <numeric>
#include <set>
#include <sstream>
#include <vector>

#include "catch.h"
#include "file_fields.h"
#include "fmt/format.h"
#include "small_folder.h"

namespace rill::testing {
namespace {

// Each bit by itself, and all at once; with RILL_ALL_CHANGES=1 every other value that a byte can
// have.
std::vector<unsigned char> Masks() {
  if (std::getenv("RILL_ALL_CHANGES") == nullptr) {
    return {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff};
  }
  std::vector<unsigned char> masks(255);
  std::iota(masks.begin(), masks.end(), static_cast<unsigned char>(1));
  return masks;
}

// Sanitizers make the opens so much slower that they try every so-manieth change only.
constexpr std::size_t kStride = RILL_IS_SANITIZED ? 11 : 1;

constexpr char kCut[] = "cut short";

enum class Outcome { kTold, kHarmless, kUnnoticed };

// A file's kind, the field that was changed (or kCut), and what came of it.
using Row = std::pair<std::string, std::string>;
using Outcomes = std::map<Row, std::set<Outcome>>;

struct Change {
  Row row;
  std::string path;
  std::size_t at = 0;
  unsigned char mask = 0;  // 0: the file ends here
};

bool IsLastSegment(const FolderFiles& files, const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const std::string name = path.substr(folder.size());
  return std::none_of(files.begin(), files.end(), [&](const auto& other) {
    return other.first.starts_with(folder) && other.first.ends_with(".log") &&
           other.first.substr(folder.size()).substr(0, 20) > name.substr(0, 20);
  });
}

std::string SegmentKind(const FolderFiles& files, const std::string& path) {
  if (IsLastSegment(files, path)) return "the last segment's ";
  const bool is_compacted = path.find(std::string("/") + kCompactedTopic + "-0/") != path.npos;
  return is_compacted ? "a compacted segment's " : "an earlier segment's ";
}

// A byte of an id, which is another one each time, that becomes a line end or an escape is a change
// of lines.
const std::string& FieldOf(const FileFields& fields, std::size_t at, char changed) {
  static const std::string kLines = "names, line ends and escapes";
  const bool parts_line = changed == '\n' || changed == '\r' || changed == '\\';
  return fields.kind == "meta.properties" && parts_line ? kLines : fields.fields[at];
}

std::vector<Change> AllChanges(const FolderFiles& files) {
  const std::vector<unsigned char> masks = Masks();
  std::vector<Change> changes;
  for (const auto& [path, bytes] : files) {
    const std::int64_t log_start = path.find("__consumer_offsets") == path.npos ? kLogStart : 0;
    const FileFields fields = FieldsOf(path, bytes, SegmentKind(files, path), log_start);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      changes.push_back({{fields.kind, kCut}, path, at, 0});
      for (const unsigned char mask : masks) {
        const auto changed = static_cast<char>(bytes[at] ^ mask);
        changes.push_back({{fields.kind, FieldOf(fields, at, changed)}, path, at, mask});
      }
    }
  }
  return changes;
}

// Whether something is said that is not said where nothing is changed.
bool SaysMore(const Observation& seen, const Observation& intact) {
  std::istringstream lines(seen.said);
  for (std::string line; std::getline(lines, line);) {
    if (intact.said.find(line + "\n") == std::string::npos) return true;
  }
  return false;
}

class Trial {
 public:
  explicit Trial(EndOfProcess end) : files_(MakeSmallFolder(end)), intact_(Observe(files_)) {
    REQUIRE(intact_.wrong == "");
    REQUIRE(intact_.said == "");
  }

  Outcomes Run() {
    const std::vector<Change> changes = AllChanges(files_);
    Outcomes outcomes;
    for (std::size_t i = 0; i < changes.size(); i += kStride) {
      outcomes[changes[i].row].insert(Try(changes[i]));
    }
    std::cout << changes.size() / kStride << " changes tried" << std::endl;
    return outcomes;
  }

 private:
  Outcome Try(const Change& change) {
    FolderFiles files = files_;
    std::string& bytes = files[change.path];
    if (change.mask == 0) {
      bytes.resize(change.at);
    } else {
      bytes[change.at] = static_cast<char>(bytes[change.at] ^ change.mask);
    }
    const Observation seen = Observe(files);
    if (!seen.wrong.empty()) {
      FAIL_CHECK(fmt::format("{}, byte {}, changed by {:#x}: {}", change.path, change.at,
                             change.mask, seen.wrong));
    }
    if (SaysMore(seen, intact_)) return Outcome::kTold;
    return seen.state == intact_.state ? Outcome::kHarmless : Outcome::kUnnoticed;
  }

  const FolderFiles files_;
  const Observation intact_;
};

std::string Words(const std::set<Outcome>& outcomes) {
  std::string words;
  for (const Outcome outcome : outcomes) {
    if (!words.empty()) words += ", ";
    words += outcome == Outcome::kTold       ? "told"
             : outcome == Outcome::kHarmless ? "harmless"
                                             : "**unnoticed**";
  }
  return words;
}

// What came of changes after a clean close and after a kill.
using Table = std::map<Row, std::pair<std::string, std::string>>;

// What is not told in every case.
Table ToTable(const Outcomes& closed, const Outcomes& killed) {
  Table table;
  for (const auto& [row, outcomes] : closed) table[row].first = Words(outcomes);
  for (const auto& [row, outcomes] : killed) table[row].second = Words(outcomes);
  const auto is_told = [](const std::string& what) { return what.empty() || what == "told"; };
  std::erase_if(table, [&](const auto& entry) {
    return is_told(entry.second.first) && is_told(entry.second.second);
  });
  return table;
}

std::string ToText(const Table::value_type& entry) {
  return fmt::format("| {} | {} | {} | {} |", entry.first.first, entry.first.second,
                     entry.second.first, entry.second.second);
}

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream text(line.substr(1));
  for (std::string cell; std::getline(text, cell, '|');) {
    cells.push_back(cell.size() < 3 ? "" : cell.substr(1, cell.size() - 2));
  }
  return cells;
}

Table TableOfPage() {
  std::ifstream page(RILL_SOURCE_DIR "/docs/crash-safety.md");
  Table table;
  bool is_in_table = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| file | what is changed |")) {
      is_in_table = std::getline(page, line).good();
    } else if (!line.starts_with("|")) {
      is_in_table = false;
    } else if (is_in_table) {
      const auto cells = Cells(line);
      REQUIRE(cells.size() == 4);
      table[{cells[0], cells[1]}] = {cells[2], cells[3]};
    }
  }
  return table;
}

// Whether all outcomes in `some` are in `all`.
bool IsPart(const std::string& some, const std::string& all) {
  std::istringstream words(some);
  for (std::string word; std::getline(words >> std::ws, word, ',');) {
    if (word != "told" && all.find(word) == all.npos) return false;
  }
  return true;
}

TEST_CASE(
    "Whatever byte of a folder is changed or missing is told, or is on the list of the page") {
  const Table found =
      ToTable(Trial(EndOfProcess::kClosed).Run(), Trial(EndOfProcess::kKilled).Run());
  const Table listed = TableOfPage();
  for (const auto& entry : found) {
    const auto known = listed.find(entry.first);
    const bool is_listed = known != listed.end() &&
                           IsPart(entry.second.first, known->second.first) &&
                           IsPart(entry.second.second, known->second.second);
    if (!is_listed) FAIL_CHECK("not listed: " << ToText(entry));
  }
  if (kStride > 1) {
    std::cout << "one change of " << kStride << " was tried: what is listed may be more"
              << std::endl;
    return;
  }
  for (const auto& entry : listed) {
    const auto known = found.find(entry.first);
    const bool is_so = known != found.end() && known->second == entry.second;
    if (is_so) continue;
    FAIL_CHECK("listed, and not so: " << ToText(entry) << "; found: "
                                      << (known != found.end() ? ToText(*known) : "told"));
  }
}

}  // namespace
}  // namespace rill::testing
