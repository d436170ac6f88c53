#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "engine/group/assignor.h"
#include "engine/group/protocol.h"
#include "fmt/format.h"

namespace rill::engine {

// Inputs of the assignors with the answers of Apache Kafka's own, as AssignorVectors.java in
// tests/oracle/java prints them (the format stands there).
struct AssignorVector {
  std::string name;
  AssignorInput input;
  std::vector<std::string> subscriptions;  // the bytes that the members' subscriptions came as
  std::map<std::string, std::vector<std::vector<TopicPartition>>> answers;  // by assignor
  std::map<std::string, std::string> failures;                              // by assignor
};

inline std::string UnescapeWord(const std::string& word) {
  if (word == "-") return "";
  std::string text;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '%') {
      text.push_back(word[i]);
    } else {
      text.push_back(static_cast<char>(std::stoi(word.substr(i + 1, 2), nullptr, 16)));
      i += 2;
    }
  }
  return text;
}

inline std::string BytesFromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

// Reads the next case; false at the end of the input.
inline bool ReadAssignorVector(std::istream& in, AssignorVector* vector) {
  *vector = {};
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string kind;
    std::string first;
    std::string second;
    words >> kind >> first;
    if (kind == "case") {
      vector->name = first;
    } else if (kind == "topic") {
      words >> vector->input.partition_counts[UnescapeWord(first)];
    } else if (kind == "member") {
      std::string hex;
      words >> second >> hex;
      vector->subscriptions.push_back(BytesFromHex(hex));
      vector->input.members.push_back({UnescapeWord(first), UnescapeWord(second),
                                       DecodeSubscription(vector->subscriptions.back()).value()});
    } else if (kind == "answer") {
      words >> second;
      auto& partitions = vector->answers[first].emplace_back();
      for (std::string word; words >> word;) {
        const std::size_t colon = word.rfind(':');
        partitions.push_back(
            {UnescapeWord(word.substr(0, colon)), std::stoi(word.substr(colon + 1))});
      }
    } else if (kind == "failed") {
      words >> vector->failures[first];
    } else if (kind == "end") {
      return true;
    }
  }
  return false;
}

// Why an answer is none: empty when every partition is some subscriber's, once. With `complete`,
// none may be left out (cooperative rebalances leave out what has to move).
inline std::string WhyInvalid(const AssignorInput& input,
                              const std::vector<std::vector<TopicPartition>>& answer,
                              bool complete) {
  std::set<TopicPartition> seen;
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const AssignorMember& member = input.members[i];
    const std::set<std::string> topics(member.subscription.topics.begin(),
                                       member.subscription.topics.end());
    wanted.insert(topics.begin(), topics.end());
    for (const TopicPartition& tp : answer[i]) {
      const std::string shown =
          fmt::format("{}:{} of {}", tp.topic, tp.partition, member.member_id);
      if (!topics.contains(tp.topic)) return shown + " is of a topic it does not subscribe to";
      if (!seen.insert(tp).second) return shown + " is given twice";
      const auto count = input.partition_counts.find(tp.topic);
      if (count == input.partition_counts.end() || tp.partition < 0 ||
          tp.partition >= count->second) {
        return shown + " does not exist";
      }
    }
  }
  if (!complete) return "";
  for (const auto& [topic, count] : input.partition_counts) {
    for (int i = 0; i < count && wanted.contains(topic); ++i) {
      if (!seen.contains({topic, i})) return fmt::format("{}:{} is given to nobody", topic, i);
    }
  }
  return "";
}

inline std::string ShowAnswer(const AssignorInput& input,
                              const std::vector<std::vector<TopicPartition>>& answer) {
  std::string shown;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    shown += fmt::format("  {}:", input.members[i].member_id);
    for (const TopicPartition& tp : answer[i])
      shown += fmt::format(" {}:{}", tp.topic, tp.partition);
    shown += "\n";
  }
  return shown;
}

struct AssignorVerdict {
  int agreed = 0;
  int kafka_invalid = 0;  // Kafka's answer is none, ours is one
  std::vector<std::string> differences;
};

inline void CompareWithKafka(const AssignorVector& vector, AssignorVerdict* verdict) {
  for (const char* name : {"range", "roundrobin", "sticky", "cooperative-sticky"}) {
    const auto ours = Assign(*FindAssignor(name), vector.input);
    const bool complete = std::string(name) != "cooperative-sticky";
    const std::string invalid = WhyInvalid(vector.input, ours, complete);
    const auto kafka = vector.answers.find(name);
    if (!invalid.empty()) {
      verdict->differences.push_back(fmt::format("case {}, {}: {}", vector.name, name, invalid));
    } else if (vector.failures.contains(name) ||
               !WhyInvalid(vector.input, kafka->second, complete).empty()) {
      ++verdict->kafka_invalid;
    } else if (ours == kafka->second) {
      ++verdict->agreed;
    } else {
      verdict->differences.push_back(
          fmt::format("case {}, {}: Kafka answers\n{}rill answers\n{}", vector.name, name,
                      ShowAnswer(vector.input, kafka->second), ShowAnswer(vector.input, ours)));
    }
  }
}

}  // namespace rill::engine
