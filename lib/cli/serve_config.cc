#include "cli/serve_config.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/java_properties.h"
#include "base/parse_number.h"
#include "engine/config_spec.h"
#include "engine/engine_config.h"
#include "fmt/format.h"
#include "net/host_port.h"
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

// Goes through the properties, and keeps what they mean.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  absl::Status Take(const Property& property) {
    line_ = property.line;
    const std::string value = Trimmed(property.value);
    const std::string& name = property.name;
    if (name == "log.dirs") return TakeFolders(value);
    if (name == "log.dir") {
      log_dir_ = value;
      return absl::OkStatus();
    }
    if (name == "listeners") return TakeListener(name, value, config_.listen);
    if (name == "advertised.listeners") return TakeListener(name, value, config_.advertise);
    if (name == "num.network.threads") return TakeThreads(value);
    if (const auto* spec = engine::FindConfigSpec(engine::EngineConfigSpecs(), name)) {
      return TakeConfig(*spec, value, config_.engine);
    }
    if (const auto* spec = engine::FindConfigSpec(net::NodeConfigSpecs(), name)) {
      return TakeConfig(*spec, value, config_.node);
    }
    Warn(WhyNothing(name));
    return absl::OkStatus();
  }

  ServeConfig Finish() && {
    if (config_.data_dir.empty()) config_.data_dir = log_dir_;  // Kafka prefers log.dirs, too
    return std::move(config_);
  }

 private:
  absl::Status Refuse(std::string_view why) const {
    return absl::InvalidArgumentError(fmt::format("{}: line {}: {}", path_, line_, why));
  }
  void Warn(std::string_view what) {
    config_.warnings.push_back(fmt::format("{}: line {}: {}", path_, line_, what));
  }

  absl::Status TakeConfig(const engine::ConfigSpec& spec, const std::string& value,
                          std::map<std::string, std::string>& configs) {
    auto checked = engine::CheckConfigValue(spec, value);
    if (!checked.ok()) return Refuse(std::string(checked.status().message()));
    configs[std::string(spec.name)] = *std::move(checked);
    return absl::OkStatus();
  }

  absl::Status TakeFolders(const std::string& value) {
    if (value.find(',') != std::string::npos) {
      return Refuse(fmt::format("log.dirs is \"{}\"; rill keeps its data in one folder", value));
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

  // The first listener of "PLAINTEXT://host:port,SSL://host:port" that needs no TLS and no SASL.
  absl::Status TakeListener(const std::string& name, const std::string& value,
                            std::string& place_of_first) {
    for (const std::string_view item : engine::ConfigListItems(value)) {
      const std::string listener(item);
      const auto colon = listener.find("://");
      if (colon == std::string::npos) {
        return Refuse(fmt::format("\"{}\" in {} is no listener, as PLAINTEXT://127.0.0.1:9092 is",
                                  listener, name));
      }
      if (absl::AsciiStrToUpper(listener.substr(0, colon)) != "PLAINTEXT" ||
          !place_of_first.empty()) {
        Warn(fmt::format("{} in {} is left out: rill has one listener, a PLAINTEXT one", listener,
                         name));
        continue;
      }
      place_of_first = listener.substr(colon + 3);
      const auto place = net::ParseHostPort(place_of_first);
      if (!place.ok()) return Refuse(std::string(place.status().message()));
      if (&place_of_first == &config_.advertise &&
          (net::IsAnyAddress(place->host) || place->port == 0)) {
        return Refuse(fmt::format("clients cannot connect to {} in {}", listener, name));
      }
    }
    if (!place_of_first.empty()) return absl::OkStatus();
    return Refuse(fmt::format("{} has no PLAINTEXT listener, the only kind there is yet", name));
  }

  const std::string& path_;
  int line_ = 0;
  std::string log_dir_;
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
