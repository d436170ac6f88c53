#include "usage.h"

#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace rill::bench {

double CpuSeconds(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string all((std::istreambuf_iterator<char>(file)), {});
  const auto behind_name = all.rfind(')');
  if (behind_name == std::string::npos) Fail("/proc/<pid>/stat", "no such process");
  std::istringstream fields(all.substr(behind_name + 2));
  std::string skipped;
  constexpr int kFieldsBeforeTimes = 11;
  for (int i = 0; i < kFieldsBeforeTimes; ++i) fields >> skipped;
  double user = 0;
  double kernel = 0;
  fields >> user >> kernel;
  return (user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double NowSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void Fail(const char* what, const char* why) {
  std::fprintf(stderr, "rill_replay: %s: %s\n", what, why);
  std::exit(1);
}

}  // namespace rill::bench
