#include "cli/completion.h"

#include <algorithm>

#include "fmt/format.h"
#include "fmt/ranges.h"

namespace rill::cli {
namespace {

constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-";

// COMP_WORDS are the words of the line, COMP_CWORD is the place of the one that is completed.
constexpr char kScript[] =
    R"bash(# Completes rill and its links by the names of Kafka's tools. In ~/.bashrc:
#   source <(rill completion bash)
_rill_options() {{
  case $1 in
{0}  esac
}}
_rill() {{
  local command=${{COMP_WORDS[0]##*/}} word=${{COMP_WORDS[COMP_CWORD]}}
  command=${{command#kafka-}}
  if [ "$command" = rill ]; then
    if [ "$COMP_CWORD" -eq 1 ]; then
      COMPREPLY=($(compgen -W "{1}" -- "$word"))
      return
    fi
    command=${{COMP_WORDS[1]}}
    if [ "$COMP_CWORD" -eq 2 ]; then
      case $command in
        help) COMPREPLY=($(compgen -W "{1}" -- "$word")); return ;;
        completion) COMPREPLY=($(compgen -W bash -- "$word")); return ;;
      esac
    fi
  fi
  case $word in
    -*) COMPREPLY=($(compgen -W "$(_rill_options "$command")" -- "$word")) ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}}
complete -o filenames -F _rill {2}
)bash";

}  // namespace

std::vector<std::string> OptionsIn(std::string_view help) {
  std::vector<std::string> options;
  for (std::size_t at = help.find("--"); at != std::string_view::npos; at = help.find("--", at)) {
    const bool begins_word = at == 0 || help[at - 1] == ' ' || help[at - 1] == '\n' ||
                             help[at - 1] == ',' || help[at - 1] == '(';
    std::size_t end = std::min(help.find_first_not_of(kNameLetters, at + 2), help.size());
    while (end > at && (help[end - 1] == '.' || help[end - 1] == '-')) --end;
    const std::string option(help.substr(at, end - at));
    at = std::max(end, at + 2);
    const bool is_known = std::find(options.begin(), options.end(), option) != options.end();
    if (begins_word && option.size() > 2 && !is_known) options.push_back(option);
  }
  return options;
}

std::string BashCompletion(std::span<const CompletedCommand> commands) {
  std::string cases;
  std::vector<std::string> names;
  std::vector<std::string> programs = {"rill"};
  for (const CompletedCommand& command : commands) {
    cases += fmt::format("    {}) echo \"{}\" ;;\n", command.name, fmt::join(command.options, " "));
    names.push_back(command.name);
    if (command.has_link) programs.push_back(fmt::format("kafka-{}", command.name));
  }
  names.emplace_back("help");
  return fmt::format(kScript, cases, fmt::join(names, " "), fmt::join(programs, " "));
}

}  // namespace rill::cli
