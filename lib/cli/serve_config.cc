#include "cli/serve_config.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/java_properties.h"
#include "base/parse_number.h"
#include "cli/serve_listeners.h"
#include "engine/config_spec.h"
#include "engine/engine_config.h"
#include "fmt/format.h"
#include "net/node_config.h"

namespace rill::cli {
namespace {

using base::Property;

std::string Trimmed(const std::string& text) {
  return std::string(absl::StripAsciiWhitespace(text));
}

// Why Kafka's config `name` does nothing here; what it may be meant for, where it is none.
std::string WhyNothing(const std::string& name) {
  if (const auto* const refused = engine::FindRefusedEngineConfig(name)) {
    return fmt::format("{} does nothing here: {}", name, refused->reason);
  }
  std::vector<std::string_view> names;
  for (const auto& spec : engine::EngineConfigSpecs()) names.push_back(spec.name);
  for (const auto& spec : net::NodeConfigSpecs()) names.push_back(spec.name);
  return fmt::format("{} does nothing here: there is no such config{}", name,
                     engine::DidYouMean(name, names));
}

bool IsSame(const engine::ConfigSpec& spec, std::string_view a, std::string_view b) {
  if (spec.type != engine::ConfigType::kList) return a == b;
  const auto items_of_a = engine::ConfigListItems(a);
  const auto items_of_b = engine::ConfigListItems(b);
  return std::is_permutation(items_of_a.begin(), items_of_a.end(), items_of_b.begin(),
                             items_of_b.end());
}

// Of a topic that is not there, which would not be replicated either.
bool IsReplicatedOnce(const std::string& name, const std::string& value) {
  return value == "1" && (name.ends_with(".replication.factor") || name.ends_with(".min.isr"));
}

// A sentence, to stand behind a colon.
std::string Uncapped(std::string_view sentence) {
  std::string text(sentence.substr(0, sentence.find('.')));
  if (!text.empty()) text[0] = absl::ascii_tolower(static_cast<unsigned char>(text[0]));
  return text;
}

// Protocols of groups that Kafka's config names, and that are not served: passed over.
constexpr std::string_view kOtherGroupProtocols[] = {"share", "streams"};

// Goes through the properties, and keeps what they mean.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  absl::Status Take(Property property) {
    property.value = Trimmed(property.value);
    line_ = property.line;
    const std::string& name = property.name;
    const std::string& value = property.value;
    if (std::optional<Property>* const of_listeners = ListenerLine(name)) {
      *of_listeners = std::move(property);
      return absl::OkStatus();
    }
    if (name == "log.dirs") return TakeFolders(value);
    if (name == "log.dir") {
      log_dir_ = value;
      return absl::OkStatus();
    }
    if (name == "num.network.threads") return TakeThreads(value);
    if (name == "group.coordinator.rebalance.protocols") return TakeGroupProtocols(value);
    if (const auto* spec = engine::FindConfigSpec(engine::EngineConfigSpecs(), name)) {
      return TakeConfig(*spec, value, config_.engine);
    }
    if (const auto* spec = engine::FindConfigSpec(net::NodeConfigSpecs(), name)) {
      return TakeConfig(*spec, value, config_.node);
    }
    if (const auto* spec = engine::FindConfigSpec(net::FixedConfigSpecs(), name)) {
      return TakeFixed(*spec, value);
    }
    if (!IsReplicatedOnce(name, value)) Warn(WhyNothing(name));
    return absl::OkStatus();
  }

  absl::StatusOr<ServeConfig> Finish() && {
    auto listeners = ReadListeners(listener_lines_, path_);
    if (!listeners.ok()) return listeners.status();
    config_.listen = std::move(listeners->listen);
    config_.advertise = std::move(listeners->advertise);
    if (auto sound = CheckTogether(); !sound.ok()) return sound;
    std::move(listeners->warnings.begin(), listeners->warnings.end(),
              std::back_inserter(warnings_));
    if (config_.data_dir.empty()) config_.data_dir = log_dir_;  // Kafka prefers log.dirs, too
    std::stable_sort(warnings_.begin(), warnings_.end(),
                     [](const LineRemark& a, const LineRemark& b) { return a.line < b.line; });
    for (const LineRemark& warning : warnings_) {
      config_.warnings.push_back(fmt::format("{}: line {}: {}", path_, warning.line, warning.text));
    }
    return std::move(config_);
  }

 private:
  // What no line says alone.
  absl::Status CheckTogether() const {
    absl::Status sound = engine::ParseEngineConfig(config_.engine).status();
    if (sound.ok()) sound = net::ParseNodeConfig(config_.node).status();
    if (sound.ok()) return sound;
    return absl::InvalidArgumentError(fmt::format("{}: {}", path_, std::string(sound.message())));
  }

  std::optional<Property>* ListenerLine(std::string_view name) {
    if (name == "listeners") return &listener_lines_.listeners;
    if (name == "advertised.listeners") return &listener_lines_.advertised;
    if (name == "listener.security.protocol.map") return &listener_lines_.protocols;
    if (name == "controller.listener.names") return &listener_lines_.controllers;
    return nullptr;
  }

  absl::Status Refuse(std::string_view why) const {
    return absl::InvalidArgumentError(fmt::format("{}: line {}: {}", path_, line_, why));
  }
  void Warn(std::string what) { warnings_.push_back({line_, std::move(what)}); }

  absl::Status TakeConfig(const engine::ConfigSpec& spec, const std::string& value,
                          std::map<std::string, std::string>& configs) {
    auto checked = engine::CheckConfigValue(spec, value);
    if (!checked.ok()) return Refuse(std::string(checked.status().message()));
    configs[std::string(spec.name)] = *std::move(checked);
    return absl::OkStatus();
  }

  // What says no more than what is so anyway needs no word.
  absl::Status TakeFixed(const engine::ConfigSpec& spec, const std::string& value) {
    auto checked = engine::CheckConfigValue(spec, value);
    if (!checked.ok()) return Refuse(std::string(checked.status().message()));
    if (IsSame(spec, *checked, spec.default_value)) return absl::OkStatus();
    Warn(fmt::format("{} does nothing here, it is always {}: {}", spec.name, spec.default_value,
                     Uncapped(spec.effect)));
    return absl::OkStatus();
  }

  absl::Status TakeFolders(const std::string& value) {
    if (value.find(',') != std::string::npos) {
      return Refuse(
          fmt::format("log.dirs is \"{}\"; rill keeps its data in one folder: name one", value));
    }
    config_.data_dir = value;
    return absl::OkStatus();
  }

  absl::Status TakeThreads(const std::string& value) {
    config_.threads = base::ParseNumber<int>(value);
    if (config_.threads && *config_.threads >= 1 && *config_.threads <= kMaxServeThreads) {
      return absl::OkStatus();
    }
    return Refuse(fmt::format("config num.network.threads cannot be \"{}\"; valid: 1..{}", value,
                              kMaxServeThreads));
  }

  // Kafka's own default names protocols that are not served here.
  absl::Status TakeGroupProtocols(const std::string& value) {
    const auto& spec = *engine::FindConfigSpec(engine::EngineConfigSpecs(),
                                               "group.coordinator.rebalance.protocols");
    std::string served;
    for (const std::string_view item : engine::ConfigListItems(value)) {
      if (std::find(std::begin(kOtherGroupProtocols), std::end(kOtherGroupProtocols), item) !=
          std::end(kOtherGroupProtocols)) {
        Warn(fmt::format("{} in {} is left out: groups speak the classic and the consumer protocol",
                         item, spec.name));
        continue;
      }
      served += fmt::format("{}{}", served.empty() ? "" : ",", item);
    }
    return TakeConfig(spec, served, config_.engine);
  }

  const std::string& path_;
  int line_ = 0;
  std::string log_dir_;
  ListenerLines listener_lines_;
  std::vector<LineRemark> warnings_;
  ServeConfig config_;
};

}  // namespace

absl::StatusOr<ServeConfig> ReadServeConfig(std::string_view text, const std::string& path) {
  const auto properties = base::ParseJavaProperties(text);
  if (!properties.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path, std::string(properties.status().message())));
  }
  std::map<std::string_view, std::size_t> last;  // of a name that is there twice, the last holds
  for (std::size_t i = 0; i < properties->size(); ++i) last[(*properties)[i].name] = i;
  Reader reader(path);
  for (std::size_t i = 0; i < properties->size(); ++i) {
    const Property& property = (*properties)[i];
    if (last[property.name] != i) continue;
    if (auto taken = reader.Take(property); !taken.ok()) return taken;
  }
  return std::move(reader).Finish();
}

}  // namespace rill::cli
