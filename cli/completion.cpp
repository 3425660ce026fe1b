// brink completion, brink manual: shell completion and man pages, from the tables of options that
// the parser has: what is typed is what they say.
#include <algorithm>

#include "brink/base/destination.h"
#include "brink/base/files.h"
#include "commands.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct Entry {
  std::string words;  ///< "data fetch"
  const CLI::App* command = nullptr;
};

/// Every command below `app`, in order, its own commands after it.
void list_commands(const CLI::App& app, const std::string& before, std::vector<Entry>& entries) {
  for (const CLI::App* command : app.get_subcommands({})) {
    const std::string words =
        before.empty() ? command->get_name() : before + " " + command->get_name();
    entries.push_back({words, command});
    list_commands(*command, words, entries);
  }
}

std::vector<Entry> commands_of(const CLI::App& app) {
  std::vector<Entry> entries;
  list_commands(app, "", entries);
  return entries;
}

/// Those with a name that begins with --.
std::vector<const CLI::Option*> options_of(const CLI::App& command) {
  std::vector<const CLI::Option*> options;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_lnames().empty()) options.push_back(option);
  }
  return options;
}

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

/// Within single quotes, of any shell.
std::string in_quotes(const std::string& text) {
  return "'" + replaced(text, "'", "'\\''") + "'";
}

std::string bash(const CLI::App& app) {
  std::string top, below, cases;
  for (const Entry& entry : commands_of(app)) {
    const bool nested = entry.words.find(' ') != std::string::npos;
    if (nested) {
      below += fmt::format("{}'{}'", below.empty() ? "" : " | ", entry.words);
    } else {
      top += " " + entry.words;
    }
    std::string words;
    for (const CLI::App* sub : entry.command->get_subcommands({})) words += " " + sub->get_name();
    cases += fmt::format("      '{}') commands='{}'; options='", entry.words, words);
    for (const CLI::Option* option : options_of(*entry.command)) {
      for (const std::string& name : option->get_lnames()) cases += " --" + name;
    }
    cases += "' ;;\n";
  }
  return fmt::format(
      "# bash completion of brink: source it, or put it into "
      "share/bash-completion/completions/brink\n"
      "_brink() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} commands= options= command=${{COMP_WORDS[1]}}\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    commands='{}' options='--help --version'\n"
      "  else\n"
      "    if ((COMP_CWORD > 2)); then\n"
      "      case \"$command ${{COMP_WORDS[2]}}\" in {}) command+=\" ${{COMP_WORDS[2]}}\" ;; esac\n"
      "    fi\n"
      "    case $command in\n{}    esac\n"
      "  fi\n"
      "  if [[ $word == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -W \"$commands\" -- \"$word\"))\n"
      "  fi\n"
      "}}\n"
      "complete -o default -F _brink brink\n",
      top, below, cases);
}

std::string zsh(const CLI::App& app) {
  const auto plain = [](const std::string& text) {
    return replaced(replaced(replaced(text, "[", "("), "]", ")"), ":", "\\:");
  };
  std::string top, cases;
  for (const Entry& entry : commands_of(app)) {
    if (entry.words.find(' ') == std::string::npos) {
      top += "    " + in_quotes(entry.words + ":" + plain(entry.command->get_description())) + "\n";
    }
    std::string key = replaced(entry.words, " ", "\\ ");
    if (!entry.command->get_subcommands({}).empty()) key += "*";
    std::string arguments;
    for (const CLI::App* sub : entry.command->get_subcommands({})) {
      arguments += " " + in_quotes("1:command:(" + sub->get_name() + ")");
    }
    for (const CLI::Option* option : options_of(*entry.command)) {
      for (const std::string& name : option->get_lnames()) {
        std::string spec = "--" + name + "[" + plain(option->get_description()) + "]";
        if (takes_value(*option)) spec += ":value:_files";
        arguments += " \\\n        " + in_quotes(spec);
      }
    }
    cases += fmt::format("    {}) _arguments{} \\\n        '*:file:_files' ;;\n", key, arguments);
  }
  // Commands of commands first: the pattern of their parent would take them too.
  return "#compdef brink\n_brink() {\n  local -a commands=(\n" + top +
         "  )\n  if ((CURRENT == 2)); then _describe command commands; return; fi\n"
         "  case $words[2] in\n" +
         cases + "  esac\n}\n_brink \"$@\"\n";
}

std::string fish(const CLI::App& app) {
  std::string text = "# fish completion of brink: share/fish/vendor_completions.d/brink.fish\n";
  for (const Entry& entry : commands_of(app)) {
    const std::size_t space = entry.words.find(' ');
    const std::string parent = space == std::string::npos ? "" : entry.words.substr(0, space);
    text += fmt::format("complete -c brink -n {} -f -a {} -d {}\n",
                        parent.empty() ? "__fish_use_subcommand"
                                       : in_quotes("__fish_seen_subcommand_from " + parent),
                        entry.command->get_name(), in_quotes(entry.command->get_description()));
    for (const CLI::Option* option : options_of(*entry.command)) {
      for (const std::string& name : option->get_lnames()) {
        text +=
            fmt::format("complete -c brink -n {} -l {}{} -d {}\n",
                        in_quotes("__fish_seen_subcommand_from " + entry.command->get_name()), name,
                        takes_value(*option) ? " -r" : "", in_quotes(option->get_description()));
      }
    }
  }
  return text;
}

/// Text of a man page: no line of it is taken for a request.
std::string troff(const std::string& text) {
  std::string result = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
  result = replaced(result, "\n", "\n\\&");
  return result.starts_with('.') || result.starts_with('\'') ? "\\&" + result : result;
}

std::string man_page(const CLI::App& app, const std::string& words) {
  const std::string name = words.empty() ? "brink" : "brink-" + replaced(words, " ", "-");
  std::string title = name;
  std::transform(title.begin(), title.end(), title.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string text = fmt::format(".TH {} 1 \"\" \"brink {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n",
                                 title, BRINK_VERSION, troff(name), troff(app.get_description()));
  text += fmt::format(".B brink{}\n", words.empty() ? "" : " " + words);
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) text += fmt::format(".I {}\n", troff(option->get_name(true)));
  }
  text += words.empty() ? ".I COMMAND\n" : "[options]\n";
  text += ".SH OPTIONS\n";
  for (const CLI::Option* option : app.get_options()) {
    std::string value =
        takes_value(*option) ? " \\fI" + troff(option->get_type_name()) + "\\fR" : "";
    if (option->get_positional()) value.clear();
    text += fmt::format(".TP\n\\fB{}\\fR{}\n{}{}\n", troff(option->get_name(false, true)), value,
                        troff(option->get_description()),
                        option->get_default_str().empty()
                            ? ""
                            : fmt::format(" [{}]", troff(option->get_default_str())));
  }
  const auto commands = app.get_subcommands({});
  if (!commands.empty()) text += ".SH COMMANDS\n";
  for (const CLI::App* command : commands) {
    text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", troff(command->get_name()),
                        troff(command->get_description()));
  }
  text +=
      ".SH EXIT STATUS\n0: the work was done; 2: the request or a file is wrong; 3: something "
      "failed; 130: "
      "interrupted.\n";
  if (!app.get_footer().empty()) text += ".SH NOTES\n.nf\n" + troff(app.get_footer()) + "\n.fi\n";
  return text;
}

Expected<void> write_manual(const CLI::App& app, const std::filesystem::path& folder) {
  if (auto ok = check_folder(folder); !ok) return ok;
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) return bad_request("cannot create '{}': {}", folder.string(), code.message());
  if (auto ok = write_file(folder / "brink.1", man_page(app, "")); !ok) return ok;
  const std::vector<Entry> entries = commands_of(app);
  for (const Entry& entry : entries) {
    const std::string file = "brink-" + replaced(entry.words, " ", "-") + ".1";
    auto ok = write_file(folder / file, man_page(*entry.command, entry.words));
    if (!ok) return ok;
  }
  fmt::print("{} pages in {}\n", entries.size() + 1, folder.string());
  return {};
}

}  // namespace

void add_completion(CLI::App& app, Action& chosen) {
  CLI::App* completion =
      app.add_subcommand("completion", "completion of commands and options, for a shell");
  add_example(*completion, "brink completion bash");
  const auto shell = std::make_shared<std::string>();
  completion->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(one_of({"bash", "zsh", "fish"}));
  completion->callback([&app, &chosen, shell] {
    chosen = [&app, shell]() -> Expected<void> {
      fmt::print("{}", *shell == "bash" ? bash(app) : *shell == "zsh" ? zsh(app) : fish(app));
      return {};
    };
  });
  CLI::App* manual = app.add_subcommand("manual", "man pages of all commands, into a folder");
  add_example(*manual, "brink manual -o man1");
  const auto folder = std::make_shared<std::filesystem::path>();
  manual->add_option("-o,--out", *folder, "the folder")->required();
  manual->callback(
      [&app, &chosen, folder] { chosen = [&app, folder] { return write_manual(app, *folder); }; });
}

}  // namespace brink::cli
