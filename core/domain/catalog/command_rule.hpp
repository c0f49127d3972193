#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/catalog/action.hpp"
#include "domain/journal/entry.hpp"

/// The one table of who may ask for what: command → action → who, without a word in the YAML → scope of a credential.
/// A command without a row does not compile. docs/decisions/0053-one-gate.md
namespace florin {

/// Who may ask for a command unless the tenant's YAML says more.
enum class Who : std::uint8_t {
  anyone,    ///< nobody has a role yet, or its own rule decides: `open_account`, `accept_invitation`
  customer,  ///< roles that the YAML gives the action, the backend (`service`) and `staff`
  staff,     ///< `staff` alone, whatever the YAML says
  host,      ///< Florin itself: from outside nobody
};

/// What a credential of the HTTP service has to carry for a command.
enum class Scope : std::uint8_t {
  usage,
  read,
  write,
  act_as,
  portal,
  personal_data,
  events,
  staff,
  support,
  money,
  operate,
  admin,
  nobody,  ///< of the host's own commands: no credential has it
};
BOOST_DESCRIBE_ENUM(Scope, usage, read, write, act_as, portal, personal_data, events, staff, support, money, operate,
                    admin, nobody)

struct CommandRule {
  std::string_view command;  ///< `buy_credits`
  Action action = Action::see;
  Who who = Who::customer;
  Scope scope = Scope::write;
  bool also_provider = false;   ///< a processor reports it, by webhook or as an effect's outcome
  bool decides_itself = false;  ///< which action it is depends on what the command says: its own code asks
};

const CommandRule& rule_of(const AnyCommand& command);
const CommandRule& rule_of(const Command& command);
/// By its name in JSON. nullptr: there is no such command.
const CommandRule* rule_of(std::string_view command);

inline Scope scope_of(const Command& command) { return rule_of(command).scope; }
inline Scope scope_of(const AnyCommand& command) { return rule_of(command).scope; }
/// `money`
std::string_view word_of(Scope scope);

/// Which way a command came in.
enum class Way : std::uint8_t {
  outside,   ///< C++, JSON, CLI, HTTP, an import, a statement: whoever it says it is
  provider,  ///< a webhook whose signature held, or an answer of a processor
  host,      ///< due work, and what the host itself finds out
};

/// Roles that nobody can speak in from outside: `host` and `processor` are Florin itself.
bool is_reserved(std::string_view role);

/// Why a command may not come in this way, as a sentence; none: it may. This is the gate of every way in; who may do
/// what on an account is decided behind it.
std::optional<std::string> kept_out(Way way, const Actor& actor, const AnyCommand& command);

}  // namespace florin
