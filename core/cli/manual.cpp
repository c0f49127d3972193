#include "manual.hpp"

#include <algorithm>

#include "florin/check.hpp"

namespace florin::cli {

namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) { return app.get_subcommands({}); }

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
  std::vector<const CLI::Option*> all = app.get_options();
  std::erase_if(all, [](const CLI::Option* one) { return !one->nonpositional(); });
  return all;
}

std::vector<const CLI::Option*> positions_of(const CLI::App& app) {
  std::vector<const CLI::Option*> all = app.get_options();
  std::erase_if(all, [](const CLI::Option* one) { return one->nonpositional(); });
  return all;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

/// `-h`, `--help`
std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : std::string(between)) + word;
  return all;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

// ---- roff ---------------------------------------------------------------------------------------------------------

/// Text that is text: no line of it is a request of roff.
std::string roff(const std::string& text) {
  std::string out = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
  out = replaced(replaced(out, "\n.", "\n\\&."), "\n'", "\n\\&'");
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string head_of(const std::string& name, const std::string& says) {
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  return ".TH " + upper + " 1 \"\" \"Florin " + version() + "\" \"Florin\"\n.SH NAME\n" + roff(name) + " \\- " +
         roff(says) + "\n";
}

std::string synopsis(const CLI::App& app, const std::string& words) {
  std::string text = ".B " + roff(words) + "\n";
  if (!options_of(app).empty()) text += "[\\fIoptions\\fR]\n";
  for (const CLI::Option* one : positions_of(app)) {
    const std::string name = roff(one->get_name());
    text += (one->get_required() ? "\\fI" + name + "\\fR" : "[\\fI" + name + "\\fR]") +
            (one->get_items_expected_max() > 1 ? "..." : "") + "\n";
  }
  return text;
}

/// A place of this machine is no default of another's.
std::string default_of(const CLI::Option& option) {
  const std::string said = option.get_default_str();
  return said.empty() || said.contains('/') ? std::string() : "\nLeft out: " + roff(said) + ".";
}

std::string paragraphs(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* one : positions_of(app))
    text += ".TP\n\\fI" + roff(one->get_name()) + "\\fR\n" + roff(one->get_description()) + "\n";
  for (const CLI::Option* one : options_of(app))
    text += ".TP\n\\fB" + roff(joined(names_of(*one), ", ")) + "\\fR" +
            (takes_value(*one) ? " \\fI" + roff(one->get_type_name()) + "\\fR" : "") + "\n" +
            roff(one->get_description()) + default_of(*one) + "\n";
  return text;
}

ManPage page_of(const CLI::App& program, const CLI::App& sub) {
  const std::string words = program.get_name() + " " + sub.get_name();
  ManPage page{program.get_name() + "-" + sub.get_name(),
               head_of(program.get_name() + "-" + sub.get_name(), sub.get_description())};
  const auto below = commands_of(sub);
  page.text += ".SH SYNOPSIS\n";
  if (below.empty()) page.text += synopsis(sub, words);
  for (const CLI::App* one : below) page.text += synopsis(*one, words + " " + one->get_name()) + ".br\n";
  page.text += ".SH OPTIONS\n" + paragraphs(sub);
  for (const CLI::App* one : below)
    page.text += ".SS " + roff(one->get_name()) + "\n" + roff(one->get_description()) + "\n" + paragraphs(*one);
  page.text += ".SH SEE ALSO\n.BR florin (1)\n";
  return page;
}

// ---- Shells -------------------------------------------------------------------------------------------------------

std::vector<std::string> option_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* one : options_of(app))
    for (const std::string& name : names_of(*one)) words.push_back(name);
  return words;
}

std::vector<std::string> command_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* one : commands_of(app)) words.push_back(one->get_name());
  return words;
}

/// In single quotes of a shell.
std::string quoted(const std::string& text) { return "'" + replaced(text, "'", "'\\''") + "'"; }

std::string bash(const CLI::App& program) {
  std::string cases;
  const auto add = [&](const std::string& words, const CLI::App& app) {
    cases += "    " + quoted(words) +
             ") words=" + quoted(joined(command_words(app), " ") + " " + joined(option_words(app), " ")) + " ;;\n";
  };
  add(" ", program);
  for (const CLI::App* one : commands_of(program)) {
    add(one->get_name() + " ", *one);
    for (const CLI::App* below : commands_of(*one)) add(one->get_name() + " " + below->get_name(), *below);
  }
  std::vector<std::string> with_below;
  for (const CLI::App* one : commands_of(program))
    if (!commands_of(*one).empty()) with_below.push_back(one->get_name());
  // What is no word of ours is a file: the shell completes it itself.
  return "# bash completion of florin, made by `florin completion bash`\n"
         "_florin() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} command= below= word words=\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case $word in -*) continue ;; esac\n"
         "    if [ -z \"$command\" ]; then command=$word\n"
         "    else case \" " +
         joined(with_below, " ") +
         " \" in *\" $command \"*) [ -n \"$below\" ] || below=$word ;; esac\n"
         "    fi\n"
         "  done\n"
         "  case \"$command $below\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _florin florin\n";
}

/// Of a word and what it means, for _describe and _arguments.
std::string zsh_text(const std::string& text) {
  std::string out = text;
  for (const std::string_view special : {"[", "]", ":"}) out = replaced(out, special, "\\" + std::string(special));
  return out;
}

std::string zsh_arguments(const CLI::App& app) {
  std::string text = "_arguments";
  for (const CLI::Option* one : options_of(app))
    for (const std::string& name : names_of(*one))
      text += " \\\n        " +
              quoted(name + "[" + zsh_text(one->get_description()) + "]" + (takes_value(*one) ? ":value:_files" : ""));
  return text + " \\\n        '*:file:_files'";
}

std::string zsh_commands(const CLI::App& app, const std::string& indent) {
  std::string text = indent + "commands=(\n";
  for (const CLI::App* one : commands_of(app))
    text += indent + "  " + quoted(zsh_text(one->get_name()) + ":" + zsh_text(one->get_description())) + "\n";
  return text + indent + ")\n" + indent + "_describe command commands\n";
}

std::string zsh(const CLI::App& program) {
  std::string text =
      "#compdef florin\n# made by `florin completion zsh`\n_florin() {\n  local -a commands\n"
      "  if (( CURRENT == 2 )); then\n" +
      zsh_commands(program, "    ") +
      "    return\n  fi\n"
      "  shift words; (( CURRENT-- ))\n  case $words[1] in\n";
  for (const CLI::App* one : commands_of(program)) {
    text += "    " + one->get_name() + ")\n";
    const auto below = commands_of(*one);
    if (below.empty()) {
      text += "      " + zsh_arguments(*one) + " ;;\n";
      continue;
    }
    text += "      if (( CURRENT == 2 )); then\n" + zsh_commands(*one, "        ") +
            "        return\n      fi\n      shift words; (( CURRENT-- ))\n      case $words[1] in\n";
    for (const CLI::App* its : below) text += "      " + its->get_name() + ") " + zsh_arguments(*its) + " ;;\n";
    text += "      esac ;;\n";
  }
  return text + "  esac\n}\n_florin \"$@\"\n";
}

std::string fish_options(const CLI::App& app, const std::string& when) {
  std::string text;
  for (const CLI::Option* one : options_of(app)) {
    text += "complete -c florin -n " + quoted(when);
    for (const std::string& name : one->get_snames()) text += " -s " + name;
    for (const std::string& name : one->get_lnames()) text += " -l " + name;
    text += (takes_value(*one) ? " -r" : "") + std::string(" -d ") + quoted(one->get_description()) + "\n";
  }
  return text;
}

std::string fish(const CLI::App& program) {
  std::string text = "# made by `florin completion fish`\n";
  for (const CLI::App* one : commands_of(program)) {
    const std::string seen = "__fish_seen_subcommand_from " + one->get_name();
    text += "complete -c florin -n __fish_use_subcommand -f -a " + one->get_name() + " -d " +
            quoted(one->get_description()) + "\n";
    for (const CLI::App* below : commands_of(*one)) {
      const std::string both = seen + "; and __fish_seen_subcommand_from " + below->get_name();
      text += "complete -c florin -n " +
              quoted(seen + "; and not __fish_seen_subcommand_from " + joined(command_words(*one), " ")) + " -f -a " +
              below->get_name() + " -d " + quoted(below->get_description()) + "\n" + fish_options(*below, both);
    }
    text += fish_options(*one, seen);
  }
  return text;
}

}  // namespace

std::vector<ManPage> man_pages(const CLI::App& program) {
  ManPage own{program.get_name(), head_of(program.get_name(), program.get_description())};
  own.text += ".SH SYNOPSIS\n.B " + program.get_name() + "\n\\fIcommand\\fR [\\fIoptions\\fR]\n.SH COMMANDS\n";
  std::vector<ManPage> pages;
  for (const CLI::App* one : commands_of(program)) {
    own.text += ".TP\n\\fB" + roff(one->get_name()) + "\\fR\n" + roff(one->get_description()) + "\n";
    pages.push_back(page_of(program, *one));
  }
  own.text += ".SH OPTIONS\n" + paragraphs(program) + ".SH NOTES\n.nf\n" + roff(program.get_footer()) + "\n.fi\n";
  pages.insert(pages.begin(), std::move(own));
  return pages;
}

std::string completion(const CLI::App& program, const std::string& shell) {
  if (shell == "bash") return bash(program);
  if (shell == "zsh") return zsh(program);
  return shell == "fish" ? fish(program) : std::string();
}

}  // namespace florin::cli
