#include "cli/dump_output.h"

#include <iterator>

namespace rill::cli {

void TextWriter::Add(fmt::string_view format, fmt::format_args args) {
  fmt::vformat_to(std::back_inserter(text_), format, args);
  if (text_.size() > kFlushSize) Flush();
}

void TextWriter::Flush() {
  if (stream_ == nullptr) {
    err_->Write(text_);
  } else {
    stream_->write(text_.data(), static_cast<std::streamsize>(text_.size()));
    stream_->flush();
  }
  text_.clear();
}

void DumpProblems::Print(TextWriter& out) const {
  for (const auto& file : index_mismatches_) {
    out.Print("Mismatches in :{}\n", file.key);
    for (const auto& [indexed, found] : file.value) {
      out.Print("  Index offset: {}, log offset: {}\n", indexed, found);
    }
  }
  for (const auto& file : time_mismatches_) {
    out.Print("Found timestamp mismatch in :{}\n", file.key);
    for (const auto& [indexed, found] : file.value) {
      out.Print("  Index timestamp: {}, log timestamp: {}\n", indexed, found);
    }
  }
  for (const auto& file : time_disorders_) {
    out.Print("Found out of order timestamp in :{}\n", file.key);
    for (const auto& [indexed, previous] : file.value) {
      out.Print("  Index timestamp: {}, Previously indexed timestamp: {}\n", indexed, previous);
    }
  }
  for (const auto& file : offsets_not_found_) {
    out.Print("The following indexed offsets are not found in :{}\n", file.key);
    for (const auto& [indexed, found] : file.value) {
      out.Print("Indexed offset: {}, found log offset: {}\n", indexed, found);
    }
  }
  for (const auto& file : gaps_) {
    out.Print("Non-consecutive offsets in {}\n", file.key);
    for (const auto& [previous, offset] : file.value) {
      out.Print("  {} is followed by {}\n", previous, offset);
    }
  }
}

}  // namespace rill::cli
