#include "cli/serve.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "cli/app_words.h"
#include "cli/folder_in_use.h"
#include "cli/operator_log.h"
#include "cli/serve_config.h"
#include "cli/stop_signals.h"
#include "engine/socket_file.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "net/host_port.h"
#include "net/listeners.h"
#include "rill/engine.h"
#include "rill/node.h"
#include "rill/options.h"

namespace rill::cli {
namespace {

constexpr int kStopped = 0;
constexpr int kFailed = 1;
constexpr int kWrongWords = 2;

constexpr char kDefaultListen[] = "127.0.0.1:9092";
constexpr char kNoPort[] = "none";
constexpr int kMostThreadsUnasked = 8;

struct ServeWords {
  std::string data_dir;
  std::string listen;
  std::string advertise;
  std::string http;
  int threads = 0;
  std::string config;
  bool no_socket = false;
};

int ThreadsUnasked() {
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(cores, 1, kMostThreadsUnasked);
}

void AddOptions(CLI::App& app, ServeWords& words) {
  app.add_option("--data-dir", words.data_dir,
                 "The folder with topics, records and offsets; made where it is missing")
      ->type_name("DIR");
  app.add_option("--listen", words.listen,
                 fmt::format("Where clients connect; {} by default, which only programs of this "
                             "machine can. Port 0 takes one that is free, and says which; :PORT is "
                             "all addresses; none has no port, but the folder's socket; several "
                             "have names: IN://HOST:PORT,OUT://HOST:PORT",
                             kDefaultListen))
      ->type_name("HOST:PORT")
      ->check([](const std::string& place) {
        return absl::StripAsciiWhitespace(place).empty()
                   ? "it is empty; none is a node without a port"
                   : "";
      });
  app.add_option("--advertise", words.advertise,
                 "What clients are told to connect to: needed with 0.0.0.0, behind a forwarded "
                 "port, and with :PORT where this machine's name is not the one that clients know")
      ->type_name("HOST:PORT");
  app.add_option("--http", words.http,
                 "Where /metrics (for Prometheus), /healthz and /readyz are answered over HTTP; "
                 "nowhere by default")
      ->type_name("HOST:PORT");
  app.add_option("--threads", words.threads,
                 fmt::format("Threads that serve connections; one a core by default, at most {}",
                             kMostThreadsUnasked))
      ->type_name("N")
      ->check(CLI::Range(1, kMaxServeThreads));
  app.add_flag("--no-socket", words.no_socket,
               fmt::format("Do not listen on {} in the folder, which programs of the same user can "
                           "connect to",
                           engine::kSocketFile));
  app.add_option("--config", words.config,
                 "A server.properties of a single Kafka node: configs, log.dirs, listeners. What "
                 "the options here say holds before it")
      ->type_name("FILE");
}

std::unique_ptr<CLI::App> MakeApp(ServeWords& words) {
  auto app = std::make_unique<CLI::App>(
      "Serves a data folder to Kafka's clients, as a broker of its own: opens the folder\n"
      "(recovers it where it was not closed), listens, and answers until it is told to stop.\n"
      "\n"
      "  rill serve --data-dir ./data\n"
      "  echo hello | kcat -P -b 127.0.0.1:9092 -t greetings\n"
      "  kcat -C -b 127.0.0.1:9092 -t greetings -o beginning -e");
  app->name("rill serve");
  app->set_help_flag("-h,--help", "Print this");
  AddOptions(*app, words);
  app->footer(
      "SIGINT (Ctrl-C), SIGTERM and SIGHUP (but for nohup) stop it: what was asked is answered,\n"
      "the folder is closed. A second one ends it at once, with exit code 130, 143 or 129; the\n"
      "next start recovers then.\n"
      "Everybody who can connect can read and write: there is no TLS, SASL or authorization yet.\n"
      "\n"
      "Exit code: 0 when it was stopped and the folder is closed; 1 when something fails, as a\n"
      "folder or a port that is in use; 2 where the words or the file are wrong.");
  return app;
}

// What is served, and how.
struct Plan {
  std::string folder;
  Options options;
  NodeOptions node;
  std::vector<std::string> warnings;
};

absl::StatusOr<ServeConfig> ReadConfig(const CommandContext& context, const std::string& word) {
  if (word.empty()) return ServeConfig();
  const auto text = ReadNamedFile(context, word, kMaxPropertiesFile);
  if (!text.ok()) return text.status();
  return ReadServeConfig(*text, word);
}

absl::Status CheckListeners(const NodeOptions& options) {
  const auto listeners = net::ParseListeners(options.listen, options.advertise);
  if (!listeners.ok()) return listeners.status();
  const net::Listener* const unreachable = net::FindUnreachable(*listeners);
  if (unreachable == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "{} is all addresses of this machine; say which one clients are told to connect to: "
      "--advertise HOST:{}, or advertised.listeners in the --config file",
      ToString(unreachable->at), unreachable->at.port));
}

std::string FirstOf(const std::string& word, const std::string& in_file) {
  return word.empty() ? in_file : word;
}

absl::Status PlanListeners(const ServeWords& words, const ServeConfig& config, Plan& plan) {
  plan.node.folder_socket = !words.no_socket;
  plan.node.listen = FirstOf(FirstOf(words.listen, config.listen), kDefaultListen);
  // What the file tells clients is about the file's listeners.
  plan.node.advertise =
      words.listen.empty() ? FirstOf(words.advertise, config.advertise) : words.advertise;
  if (!words.listen.empty() && words.advertise.empty() && !config.advertise.empty()) {
    plan.warnings.push_back(fmt::format(
        "{}: advertised.listeners is left out, as --listen says where clients connect; --advertise "
        "says what they are told",
        words.config));
  }
  if (plan.node.listen != kNoPort) return CheckListeners(plan.node);
  if (words.no_socket) {
    return absl::InvalidArgumentError("with --listen none and --no-socket nobody can connect");
  }
  if (!words.advertise.empty()) {
    return absl::InvalidArgumentError(
        "with --listen none there is no port: --advertise tells clients of none");
  }
  plan.node.listen.clear();
  return absl::OkStatus();
}

absl::StatusOr<Plan> MakePlan(const CommandContext& context, const ServeWords& words) {
  auto config = ReadConfig(context, words.config);
  if (!config.ok()) return config.status();
  const std::string data_dir = FirstOf(words.data_dir, config->data_dir);
  if (data_dir.empty()) {
    return absl::InvalidArgumentError(
        "say where the data is: --data-dir DIR, or log.dirs in the --config file");
  }
  const auto folder = FolderOf(context, data_dir);
  if (!folder.ok()) return folder.status();
  if (!words.http.empty()) {
    const auto http = net::ParseHostPort(words.http);
    if (!http.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("--http: {}", std::string(http.status().message())));
    }
  }
  Plan plan;
  plan.folder = *folder;
  plan.options.configs = std::move(config->engine);
  plan.node.configs = std::move(config->node);
  plan.node.http = words.http;
  plan.node.threads =
      words.threads > 0 ? words.threads : config->threads.value_or(ThreadsUnasked());
  plan.warnings = std::move(config->warnings);
  if (auto planned = PlanListeners(words, *config, plan); !planned.ok()) return planned;
  return plan;
}

// The words of Open and Node::Start are for programs: what to do about them here.
std::string WhyNotOpened(const CommandContext& context, const absl::Status& opened,
                         const std::string& folder) {
  const std::string told(opened.message());
  if (!IsInUse(context, folder)) return told;
  return told + ", or give another folder with --data-dir";
}

std::string WhyNotStarted(const absl::Status& started, const NodeOptions& options) {
  const std::string told(started.message());
  const char* const options_of_ports = options.http.empty() ? "--listen" : "--listen or --http";
  if (absl::IsAlreadyExists(started)) {
    return fmt::format("{}; stop who listens there (ss -ltnp shows it), or give another with {}",
                       told, options_of_ports);
  }
  if (absl::IsPermissionDenied(started)) {
    return fmt::format("{}; ports below 1024 are root's: give another with {}", told,
                       options_of_ports);
  }
  return told;
}

// Of one listener only the place, as it has no use for its name.
std::string PlaceText(net::NamedPlace place, bool is_only) {
  if (place.place.host.empty()) place.place.host = "*";
  return is_only ? net::ToString(place.place) : net::ToString(place);
}

// Where it listens, as the log has it.
absl::StatusOr<std::string> PlacesOf(const Node& node, bool has_socket) {
  const auto at = net::ParseNamedPlaces(node.listeners());
  const auto told = net::ParseNamedPlaces(node.advertised_listeners());
  if (!at.ok() || !told.ok()) return at.ok() ? told.status() : at.status();
  std::vector<std::string> places;
  std::vector<std::string> differing;
  for (std::size_t i = 0; i < at->size() && i < told->size(); ++i) {
    places.push_back(PlaceText((*at)[i], at->size() == 1));
    if ((*at)[i] != (*told)[i]) differing.push_back(PlaceText((*told)[i], at->size() == 1));
  }
  if (!differing.empty()) {
    places.push_back(fmt::format("clients are told {}", fmt::join(differing, ", ")));
  }
  if (has_socket) places.push_back(engine::kSocketFile);
  return fmt::format("{}", fmt::join(places, ", "));
}

class Serving {
 public:
  explicit Serving(const CommandContext& context) : context_(context), log_(context.err) {}

  int Run(Plan plan) {
    for (const std::string& warning : plan.warnings) log_.Write(LogLevel::kWarning, warning);
    const StopSignals stop;  // before anything that has threads
    plan.options.log_sink = [this](LogLevel level, std::string_view line) {
      log_.Write(level, line);
    };
    if (auto may = CheckMayBeDataFolder(context_, plan.folder); !may.ok()) {
      return Fail(std::string(may.message()));
    }
    auto engine = rill::Open(plan.folder, plan.options);
    if (!engine.ok()) return Fail(WhyNotOpened(context_, engine.status(), plan.folder));
    const int served = stop.has_come() ? kStopped : Serve(*engine, plan, stop);
    if (const auto closed = engine->Close(); !closed.ok()) {
      return Fail(fmt::format("closing {}: {}", plan.folder, std::string(closed.message())));
    }
    log_.Write(LogLevel::kInfo, fmt::format("closed {}", plan.folder));
    return served;
  }

 private:
  void SayHttp(const std::string& asked, std::uint16_t port) {
    const net::HostPort place{net::ParseHostPort(asked)->host, port};
    log_.Write(LogLevel::kInfo, fmt::format("metrics at http://{}/metrics, with /healthz and "
                                            "/readyz",
                                            net::ToString(place)));
  }

  int Fail(const std::string& why) {
    log_.Write(LogLevel::kError, why);
    return kFailed;
  }

  int Serve(const Engine& engine, const Plan& plan, const StopSignals& stop) {
    auto node = Node::Start(engine, plan.node);
    if (!node.ok()) return Fail(WhyNotStarted(node.status(), plan.node));
    const auto places = PlacesOf(*node, plan.node.folder_socket);
    if (!places.ok()) return Fail(std::string(places.status().message()));
    log_.Write(LogLevel::kInfo,
               fmt::format("listening on {}, data in {}; stop with Ctrl-C", *places, plan.folder));
    if (node->http_port() != 0) SayHttp(plan.node.http, node->http_port());
    const char* const signal = stop.Await();
    log_.Write(LogLevel::kInfo,
               fmt::format("{}: answering what was asked; a second one ends at once", signal));
    if (const auto stopped = node->Stop(); !stopped.ok()) {
      log_.Write(LogLevel::kWarning, std::string(stopped.message()));
    }
    return kStopped;
  }

  const CommandContext& context_;
  OperatorLog log_;
};

}  // namespace

std::string ServeHelp() {
  ServeWords words;
  return MakeApp(words)->help();
}

int RunServe(const CommandContext& context, std::span<const std::string> words) {
  ServeWords parsed;
  const auto app = MakeApp(parsed);
  if (const auto exit_code = ReadWords(*app, context, words, kWrongWords)) return *exit_code;
  auto plan = MakePlan(context, parsed);
  if (plan.ok()) return Serving(context).Run(*std::move(plan));
  context.err.Write(fmt::format("rill serve: {}\n", std::string(plan.status().message())));
  return kWrongWords;
}

}  // namespace rill::cli
