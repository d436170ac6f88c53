#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "runs.h"
#include "usage.h"

// rill_replay RUN ADDRESS PROCESS [name=value ...]
//
// Loads the broker that listens at ADDRESS, whose process id is PROCESS, with requests that were
// built before, from one thread, and prints a line of JSON. RUN is one of
//   produce, fetch   as much as goes through, measured for `seconds` behind `warm_up`, or, where
//                    that is given, until there are `total_bytes`
//   latency          from when a record is due to having it, at `rate` records a second
//   idle             holds `connections` open until its input ends
// The values: partitions, connections, depth, acks, record_bytes, batch_bytes, fetch_bytes,
// compression (none or lz4), seconds, warm_up, rate, total_bytes.
namespace rill::bench {
namespace {

constexpr char kUsage[] =
    "usage: rill_replay produce|fetch|latency|idle HOST:PORT PROCESS [name=value ...]\n";

[[noreturn]] void RefuseUsage() {
  std::fputs(kUsage, stderr);
  std::exit(2);
}

template <typename Number>
std::function<bool(std::string_view)> Into(Number& target) {
  return [&target](std::string_view text) {
    char* end = nullptr;
    const std::string kept(text);
    const double value = std::strtod(kept.c_str(), &end);
    target = static_cast<Number>(value);
    return !kept.empty() && *end == '\0' && value >= -1;
  };
}

void Set(Load& load, std::string_view word) {
  const std::map<std::string_view, std::function<bool(std::string_view)>> settings = {
      {"partitions", Into(load.partitions)},
      {"connections", Into(load.connections)},
      {"depth", Into(load.depth)},
      {"acks", Into(load.acks)},
      {"record_bytes", Into(load.record_bytes)},
      {"batch_bytes", Into(load.batch_bytes)},
      {"fetch_bytes", Into(load.fetch_bytes)},
      {"seconds", Into(load.seconds)},
      {"warm_up", Into(load.warm_up)},
      {"rate", Into(load.rate)},
      {"total_bytes", Into(load.total_bytes)},
      {"compression",
       [&load](std::string_view text) {
         load.compression = text == "lz4" ? Compression::kLz4 : Compression::kNone;
         return text == "lz4" || text == "none";
       }},
  };
  const auto equals = word.find('=');
  const auto setting = settings.find(word.substr(0, equals));
  const bool is_set = equals != std::string_view::npos && setting != settings.end() &&
                      setting->second(word.substr(equals + 1));
  if (!is_set) RefuseUsage();
}

int Main(int argc, char** argv) {
  if (argc < 4) RefuseUsage();
  Load load;
  load.address = argv[2];
  load.process = std::atoi(argv[3]);
  for (int i = 4; i < argc; ++i) Set(load, argv[i]);
  if (load.partitions < 1 || load.connections < 1 || load.depth < 1 || load.fetch_bytes < 1)
    RefuseUsage();
  const std::map<std::string_view, std::function<void()>> runs = {
      {"produce", [&] { RunProduce(load); }},
      {"fetch", [&] { RunFetch(load); }},
      {"latency", [&] { RunLatency(load); }},
      {"idle", [&] { RunIdle(load); }},
  };
  const auto run = runs.find(argv[1]);
  if (run == runs.end()) RefuseUsage();
  run->second();
  return 0;
}

}  // namespace
}  // namespace rill::bench

int main(int argc, char** argv) { return rill::bench::Main(argc, argv); }
