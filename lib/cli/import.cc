#include "cli/import.h"

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "cli/app_words.h"
#include "cli/byte_progress.h"
#include "cli/folder_in_use.h"
#include "engine/catalogue_file.h"
#include "engine/data_folder.h"
#include "engine/topic_config.h"
#include "engine/topic_import.h"
#include "fmt/format.h"
#include "rill/engine.h"
#include "rill/options.h"

namespace rill::cli {
namespace {

constexpr int kTaken = 0;
constexpr int kFailed = 2;

struct ImportWords {
  std::vector<std::string> folders;
  std::string data;
  std::vector<std::string> topics;
  std::vector<std::string> configs;
};

std::unique_ptr<CLI::App> MakeApp(ImportWords& words) {
  auto app = std::make_unique<CLI::App>(
      "Takes topics that Apache Kafka, or rill, wrote into a data folder of rill's: checks every\n"
      "record, copies the files, and keeps offsets, timestamps and the topic's id. The folders "
      "are\n"
      "those in which <topic>-0, <topic>-1, ... are, and are not changed. A topic is taken as a\n"
      "whole or not at all.");
  app->name("rill import");
  app->set_help_flag("-h,--help", "Print this");
  app->add_option("folders", words.folders, "Folders that nobody has open; all that a topic is in")
      ->required();
  app->add_option("--data,--data-dir", words.data, "The data folder, made where it is missing")
      ->type_name("FOLDER")
      ->required();
  app->add_option("--topic", words.topics,
                  "Take this topic only; may be repeated. Without it: all but those whose names "
                  "begin with \"__\"")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app->add_option("--config", words.configs,
                  "A config that the topics get; may be repeated. Kafka's folders do not have "
                  "them: without retention.ms, what is older than seven days is soon deleted")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  app->footer("Exit code: 0 when all topics are taken, 2 otherwise.");
  return app;
}

class Importer {
 public:
  explicit Importer(const CommandContext& context)
      : context_(context), progress_(context.err, context.err_is_terminal) {}

  absl::Status Run(const ImportWords& words) {
    for (const std::string& word : words.folders) {
      auto folder = FolderOf(context_, word);
      if (!folder.ok()) return folder.status();
      folders_.push_back(*std::move(folder));
    }
    const auto data = FolderOf(context_, words.data);
    if (!data.ok()) return data.status();
    if (auto read = ReadConfigs(words.configs); !read.ok()) return read;
    auto topics = std::set<std::string>(words.topics.begin(), words.topics.end());
    if (topics.empty()) {
      if (auto found = FindTopics(topics); !found.ok()) return found;
    }
    if (auto is_ours = CheckIsOurs(*data); !is_ours.ok()) return is_ours;
    LeaveOutMissing(topics);
    if (topics.empty()) return absl::OkStatus();  // no folder is made for nothing
    Options options;
    options.maintenance = Options::Maintenance::kByCaller;  // nothing is deleted yet
    auto engine =
        OpenTold(context_, *data, std::move(options), [&](std::string_view line) { Tell(line); });
    if (!engine.ok()) return engine.status();
    for (const std::string& topic : topics) {
      const auto taken = Take(*engine, topic);
      if (!taken.ok()) Tell(fmt::format("{}: {}", topic, Text(taken)));
      is_complete_ &= taken.ok();
    }
    return engine->Close();
  }

  // Whether all topics were taken; of each that was not, it was told why.
  bool is_complete() const { return is_complete_; }

  // In any thread: the folder that is opened tells what it has to say, too.
  void Tell(std::string_view line) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    progress_.Wipe();
    context_.err.Write(fmt::format("rill import: {}\n", line));
  }

 private:
  static std::string Text(const absl::Status& status) { return std::string(status.message()); }

  absl::Status ReadConfigs(const std::vector<std::string>& given) {
    for (const std::string& config : given) {
      const auto equals = config.find('=');
      if (equals == 0 || equals == std::string::npos) {
        return absl::InvalidArgumentError(
            fmt::format("--config {} is no NAME=VALUE, as retention.ms=-1 is", config));
      }
      configs_[config.substr(0, equals)] = config.substr(equals + 1);
    }
    return engine::CheckTopicConfigs(configs_, engine::EngineConfig()).status();
  }

  absl::Status FindTopics(std::set<std::string>& topics) {
    std::set<std::string> left_out;
    for (const std::string& folder : folders_) {
      const auto entries = context_.files.List(folder);
      if (!entries.ok()) return entries.status();
      for (const io::DirectoryEntry& entry : *entries) {
        const auto partition = engine::ParsePartitionFolderName(entry.name);
        if (!entry.is_directory || !partition) continue;
        (partition->topic.starts_with("__") ? left_out : topics).insert(partition->topic);
      }
    }
    for (const std::string& topic : left_out) {
      context_.out << fmt::format("{}: left out, a broker's own topic\n", topic);
    }
    context_.out.flush();
    if (!topics.empty()) return absl::OkStatus();
    return absl::NotFoundError(fmt::format("no folder of a partition, as \"orders-0\", is in {}",
                                           fmt::join(folders_, ", ")));
  }

  void LeaveOutMissing(std::set<std::string>& topics) {
    std::erase_if(topics, [&](const std::string& topic) {
      const auto stored = engine::FindStoredTopic(context_.files, topic, folders_).status();
      if (!stored.ok()) Tell(fmt::format("{}: {}", topic, Text(stored)));
      is_complete_ &= stored.ok();
      return !stored.ok();
    });
  }

  // Opening makes a data folder of whatever it is given, a broker's, too.
  absl::Status CheckIsOurs(const std::string& data) {
    const auto entries = context_.files.List(data);
    if (absl::IsNotFound(entries.status())) return absl::OkStatus();
    if (!entries.ok()) return entries.status();
    bool is_ours = entries->empty();
    for (const auto& entry : *entries) is_ours |= entry.name == engine::kCatalogueFile;
    if (is_ours) return absl::OkStatus();
    return absl::FailedPreconditionError(fmt::format(
        "{} has files, and no {}: it is no data folder of rill's", data, engine::kCatalogueFile));
  }

  absl::Status Take(Engine& engine, const std::string& name) {
    const auto topic = engine.ImportTopic(
        name, folders_, configs_,
        [&](std::uint64_t done, std::uint64_t total) { ShowProgress(done, total); });
    WipeProgress();
    if (!topic.ok()) return topic.status();
    std::uint64_t bytes = 0;
    for (std::int32_t i = 0; i < topic->partition_count(); ++i) {
      const auto partition = topic->partition(i);
      if (!partition.ok()) return partition.status();
      bytes += partition->size_bytes();
    }
    const auto description = engine.DescribeTopic(name);
    if (!description.ok()) return description.status();
    const auto config = [&](const char* key) { return description->configs.at(key).value; };
    context_.out << fmt::format("{}: {} partitions, {}; cleanup.policy={} retention.ms={}\n", name,
                                topic->partition_count(), FormatBytes(bytes),
                                config("cleanup.policy"), config("retention.ms"));
    context_.out.flush();
    return absl::OkStatus();
  }

  void ShowProgress(std::uint64_t done, std::uint64_t total) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    progress_.Show(done, total);
  }

  void WipeProgress() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    progress_.Wipe();
  }

  const CommandContext& context_;
  absl::Mutex mutex_;
  ByteProgress progress_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> folders_;
  std::map<std::string, std::string> configs_;
  bool is_complete_ = true;
};

}  // namespace

std::string ImportHelp() {
  ImportWords words;
  return MakeApp(words)->help();
}

int RunImport(const CommandContext& context, std::span<const std::string> words) {
  ImportWords parsed;
  const auto app = MakeApp(parsed);
  if (const auto exit_code = ReadWords(*app, context, words, kFailed)) return *exit_code;
  Importer importer(context);
  const auto taken = importer.Run(parsed);
  if (!taken.ok()) importer.Tell(std::string(taken.message()));
  return taken.ok() && importer.is_complete() ? kTaken : kFailed;
}

}  // namespace rill::cli
