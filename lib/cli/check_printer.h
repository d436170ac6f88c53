#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "cli/standard_error.h"
#include "engine/folder_check.h"
#include "log/check_finding.h"

namespace rill::cli {

// Prints what a check of a folder finds, and what a repair does.
class CheckPrinter {
 public:
  virtual ~CheckPrinter() = default;

  virtual void PrintFinding(const log::Finding& finding) = 0;
  // Of the folder at `path`, behind its findings.
  virtual void PrintSummary(const std::string& path, const engine::FolderCheckSummary& checked) = 0;
  virtual void BeginRepair(const std::string& path) = 0;
  virtual void PrintRepair(std::string_view line) = 0;
  // Behind a repair, and a check that has found damage still.
  virtual void TellDamageLeft() = 0;
};

std::unique_ptr<CheckPrinter> NewCheckText(std::ostream& out);
// An object a line on `out`; advice goes to `err`.
std::unique_ptr<CheckPrinter> NewCheckObjects(std::ostream& out, const StandardError& err);

}  // namespace rill::cli
