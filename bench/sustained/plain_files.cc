#include "plain_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace rill::bench {
namespace {

void Check(bool ok, const char* what) {
  if (ok) return;
  Require(absl::InternalError(std::string(what) + ": " + std::generic_category().message(errno)));
}

}  // namespace

PlainFiles::PlainFiles(std::string folder, int topics, std::uint64_t file_bytes)
    : folder_(std::move(folder)), file_bytes_(file_bytes), series_(topics) {
  for (int topic = 0; topic < topics; ++topic) NextFile(topic);
}

PlainFiles::~PlainFiles() {
  for (const Series& series : series_) close(series.descriptor);
}

std::string PlainFiles::PathOf(int topic, int number) const {
  return fmt::format("{}/plain-{}-{}", folder_, topic, number);
}

void PlainFiles::NextFile(int topic) {
  Series& series = series_[topic];
  if (series.descriptor >= 0) close(series.descriptor);
  series.descriptor =
      open(PathOf(topic, series.next++).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  Check(series.descriptor >= 0, "open");
  series.position = 0;
}

void PlainFiles::Write(int topic, std::string_view bytes) {
  Series& series = series_[topic];
  if (series.position + bytes.size() > file_bytes_) NextFile(topic);
  const ssize_t written =
      pwrite(series.descriptor, bytes.data(), bytes.size(), static_cast<off_t>(series.position));
  Check(written == static_cast<ssize_t>(bytes.size()), "pwrite");
  series.position += bytes.size();
}

void PlainFiles::KeepLast(int topic, int count) {
  Series& series = series_[topic];
  for (; series.first < series.next - count; ++series.first) {
    Check(unlink(PathOf(topic, series.first).c_str()) == 0, "unlink");
  }
}

}  // namespace rill::bench
