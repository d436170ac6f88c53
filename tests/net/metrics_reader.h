#pragma once

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.h"

namespace rill::net {

// Reads a page in Prometheus's text format as strictly as its own reader does, and beyond: a page
// must have help and type for each name, all lines of a name together, no line twice, buckets that
// add up. What is wrong fails the test.
class MetricsReader {
 public:
  explicit MetricsReader(const std::string& page) {
    REQUIRE(page.ends_with('\n'));
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
      INFO(line);
      if (line.starts_with("# HELP ")) {
        ReadHelp(line.substr(7));
      } else if (line.starts_with("# TYPE ")) {
        ReadType(line.substr(7));
      } else {
        ReadSample(line);
      }
    }
    for (const auto& [labels, buckets] : buckets_) CheckBuckets(labels, buckets);
  }

  // Of `series` with its labels as they stand there; not there is a failure.
  double Value(const std::string& series) const {
    INFO(series);
    const auto found = values_.find(series);
    REQUIRE(found != values_.end());
    return found->second;
  }
  bool Has(const std::string& series) const { return values_.contains(series); }
  std::size_t size() const { return values_.size(); }
  // The names that have help and a type.
  const std::set<std::string>& families() const { return families_; }

 private:
  using Labels = std::map<std::string, std::string>;

  static bool IsName(std::string_view name, std::string_view more) {
    const auto may_stand = [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
             more.find(c) != more.npos;
    };
    return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
           std::all_of(name.begin(), name.end(), may_stand);
  }

  void ReadHelp(const std::string& text) {
    family_ = text.substr(0, text.find(' '));
    CHECK(IsName(family_, ":"));
    CHECK(families_.insert(family_).second);
    CHECK(text.size() > family_.size() + 1);
    type_.clear();
  }

  void ReadType(const std::string& text) {
    REQUIRE(text.starts_with(family_ + " "));
    REQUIRE(type_.empty());
    type_ = text.substr(family_.size() + 1);
    CHECK((type_ == "counter" || type_ == "gauge" || type_ == "histogram" || type_ == "summary"));
    CHECK((type_ == "counter") == family_.ends_with("_total"));
  }

  void ReadSample(const std::string& line) {
    const auto brace = line.find('{');
    const auto space = line.rfind(' ');
    REQUIRE(space != line.npos);
    const std::string name = line.substr(0, std::min(brace, space));
    CHECK(IsName(name, ":"));
    const Labels labels = brace < space ? ReadLabels(line.substr(brace, space - brace)) : Labels();
    char* end = nullptr;
    const std::string text = line.substr(space + 1);
    const double value = std::strtod(text.c_str(), &end);
    CHECK((!text.empty() && *end == '\0'));
    CHECK(values_.emplace(line.substr(0, space), value).second);
    CheckFamily(name, labels, value);
  }

  // {a="b",c="d"}, where \\, \" and \n are the only escapes.
  static Labels ReadLabels(const std::string& text) {
    Labels labels;
    std::size_t at = 1;
    while (text.at(at) != '}') {
      const auto equals = text.find("=\"", at);
      REQUIRE(equals != text.npos);
      const std::string name = text.substr(at, equals - at);
      CHECK(IsName(name, ""));
      std::string value;
      for (at = equals + 2; text.at(at) != '"'; ++at) {
        if (text[at] == '\\') {
          ++at;
          CHECK(std::string_view("\\\"n").find(text.at(at)) != std::string_view::npos);
        }
        value += text[at];
      }
      CHECK(labels.emplace(name, value).second);
      ++at;
      if (text.at(at) == ',') ++at;
    }
    CHECK(at + 1 == text.size());
    return labels;
  }

  void CheckFamily(const std::string& name, Labels labels, double value) {
    REQUIRE_FALSE(type_.empty());
    REQUIRE(name.starts_with(family_));
    const std::string rest = name.substr(family_.size());
    if (type_ == "counter") CHECK((value >= 0 && std::isfinite(value)));
    if (type_ == "counter" || type_ == "gauge") {
      CHECK(rest.empty());
    } else if (type_ == "summary") {
      CHECK((rest == "_sum" || rest == "_count" || (rest.empty() && labels.contains("quantile"))));
    } else if (rest == "_bucket") {
      const std::string le = labels.at("le");
      labels.erase("le");
      buckets_[{family_, labels}].emplace_back(std::strtod(le.c_str(), nullptr), value);
    } else {
      CHECK((rest == "_sum" || rest == "_count"));
      if (rest == "_count") counts_[{family_, labels}] = value;
    }
  }

  using Key = std::pair<std::string, Labels>;
  void CheckBuckets(const Key& key, const std::vector<std::pair<double, double>>& buckets) const {
    INFO(key.first);
    CHECK(std::is_sorted(buckets.begin(), buckets.end()));
    CHECK(std::is_sorted(buckets.begin(), buckets.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; }));
    CHECK(std::isinf(buckets.back().first));
    REQUIRE(counts_.contains(key));
    CHECK(buckets.back().second == counts_.at(key));
  }

  std::string family_;
  std::string type_;
  std::set<std::string> families_;
  std::map<std::string, double> values_;
  std::map<Key, std::vector<std::pair<double, double>>> buckets_;
  std::map<Key, double> counts_;
};

}  // namespace rill::net
