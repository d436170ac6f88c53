#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "io/memory_file_system.h"
#include "rill/engine.h"
#include "rill/node.h"
#include "run_command.h"

namespace rill::cli {

// Runs Kafka's tools against a node of this process, over an engine in memory.
class WithNode {
 public:
  explicit WithNode(const Options& options = {})
      : engine_(Opened(options)), node_(Started(engine_)) {
    REQUIRE(files_->CreateDirectories("/here").ok());
  }

  Engine& engine() { return engine_; }
  std::string bootstrap() const { return fmt::format("127.0.0.1:{}", node_.port()); }

  // A file that words may name, relative to where the tools run.
  void Write(const std::string& name, std::string_view text) {
    const auto file = files_->Open("/here/" + name, io::OpenMode::kCreate);
    REQUIRE(file.ok());
    REQUIRE((*file)->WriteAt(0, text).ok());
  }

  // Puts records into a partition.
  void Send(const std::string& topic, int partition, int count) {
    auto found = engine_.FindTopic(topic);
    REQUIRE(found.ok());
    auto producer = engine_.NewProducer();
    REQUIRE(producer.ok());
    for (int i = 0; i < count; ++i) {
      auto sent = producer->Send(*found, {.value = "value", .partition = partition});
      REQUIRE(sent.Wait(absl::Seconds(10)).ok());
    }
  }

  // `rill <tool> --bootstrap-server <the node> <words>`.
  Ran Run(const std::string& tool, std::vector<std::string> words) {
    words.insert(words.begin(), {"rill", tool, "--bootstrap-server", bootstrap()});
    return RunWords(*files_, "/here", words);
  }
  Ran Run(const std::string& tool, const std::string& line) { return Run(tool, SplitWords(line)); }
  // ... with that on standard input.
  Ran RunWith(const std::string& tool, const std::string& line, const std::string& input) {
    std::vector<std::string> words = SplitWords(line);
    words.insert(words.begin(), {"rill", tool, "--bootstrap-server", bootstrap()});
    return RunWords(*files_, "/here", words, input);
  }
  // ... printing to `out`.
  Ran RunInto(std::ostream& out, const std::string& tool, const std::string& line) {
    std::vector<std::string> words = SplitWords(line);
    words.insert(words.begin(), {"rill", tool, "--bootstrap-server", bootstrap()});
    return RunWordsInto(out, *files_, "/here", words);
  }
  // `rill <tool> <words>`.
  Ran RunWithout(const std::string& tool, const std::string& line) {
    std::vector<std::string> words = SplitWords(line);
    words.insert(words.begin(), {"rill", tool});
    return RunWords(*files_, "/here", words);
  }
  // What it prints; it has to succeed.
  std::string Out(const std::string& tool, const std::string& line) {
    const Ran ran = Run(tool, line);
    INFO(line << ": " << ran.err);
    CHECK(ran.exit_code == 0);
    return ran.out;
  }

 private:
  static Engine Opened(const Options& options) {
    auto engine = rill::Open("mem:", options);
    REQUIRE(engine.ok());
    return *std::move(engine);
  }
  static Node Started(const Engine& engine) {
    auto node = Node::Start(engine, {.listen = "127.0.0.1:0"});
    REQUIRE(node.ok());
    return *std::move(node);
  }

  std::unique_ptr<io::FileSystem> files_ = io::NewMemoryFileSystem();
  Engine engine_;
  Node node_;
};

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace rill::cli
