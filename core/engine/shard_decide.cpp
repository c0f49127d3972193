#include <algorithm>
#include <exception>
#include <new>

#include "domain/ledger/check.hpp"
#include "engine/command_identity.hpp"
#include "engine/plugin_failed.hpp"
#include "engine/provider_key.hpp"
#include "engine/shard.hpp"

/// One decision: asked with the answers of plugins that are known, and checked before anything of it is written.
namespace florin::engine {

/// A plugin's failure is an answer too: the domain decides what follows from it.
PluginFailed Shard::failed_answer(const Tenant& tenant, const Question& question, const Error& why) {
  const Catalog& catalog = tenant.catalogs.at(tenant.state.catalog);
  const bool of_policy = std::holds_alternative<Moment>(question);
  return {of_policy ? catalog.policy_plugin : catalog.tax ? catalog.tax->plugin : std::string(), why.code, why.message};
}

/// The decision is made again with each answer that is known, in the order of its questions. Once it asks something
/// else than it asked before, that answer and all later ones are void.
Result<bool> Shard::decide_into(Tenant& tenant, const Account& account, Entry& entry, Known& known,
                                const Account* other, Seldom<Beside>* beside) {
  constexpr std::size_t most_questions = 8;
  known.catalog = entry.catalog;
  for (std::size_t used = 0;;) {
    const World world{entry.at, tenant.catalogs, std::span(known.answers).first(used), &provider_key, other};
    Decision decision = decide(account, tenant.state, entry.actor, entry.key, entry.command, world);
    if (decision.failed)
      return plugin_failed(tenant.state.id, tenant.catalogs.at(known.catalog), known.questions.at(used - 1),
                           {.code = decision.failed->code, .message = decision.failed->text});
    if (!decision.question) {
      entry.facts = std::move(decision.facts);
      entry.refusal = std::move(decision.refusal);
      if (beside != nullptr) *beside = std::move(decision.beside);
      return true;
    }
    if (used < known.answers.size() && known.questions[used] == *decision.question) {
      ++used;
      continue;
    }
    if (used == most_questions)
      return plugin_failed(tenant.state.id, tenant.catalogs.at(known.catalog), *decision.question,
                           {.code = {}, .message = "it was asked 8 times for one command, and there is no end of it"});
    known.questions.resize(used);
    known.answers.resize(used);
    known.questions.push_back(std::move(*decision.question));
    if (ask_) return false;
    auto answer = policies_.answer(tenant.state.id, known.catalog, known.questions.back());
    if (answer)
      known.answers.push_back(std::move(*answer));
    else
      known.answers.push_back(failed_answer(tenant, known.questions.back(), answer.error()));
    ++used;
  }
}

Result<bool> Shard::decide_checked(Tenant& tenant, Held* held, const Account& account, Entry& entry, Known& known,
                                   Held* other, Seldom<Beside>* beside) {
  for (;;) try {
      return decide_here(tenant, held, account, entry, known, other, beside);
    } catch (const PageAway& away) {
      const auto waits = want(away, held, other, known);
      if (!waits) return waits.error();
      if (*waits) return false;
    }
}

Result<bool> Shard::decide_here(Tenant& tenant, Held* held, const Account& account, Entry& entry, Known& known,
                                Held* other, Seldom<Beside>* beside) {
  // append() asks it once more, where nobody can wait.
  if (std::holds_alternative<ErasePersonalData>(entry.command)) (void)has_document(account);
  std::optional<Fault> fault, of_other;
  try {
    const auto decided =
        decide_into(tenant, account, entry, known, other == nullptr ? nullptr : &other->account, beside);
    if (!decided || !*decided) return decided;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& failed) {
    fault = Fault{"facts_fit", failed.what()};
  }
  Beside* const second = beside != nullptr && *beside ? &**beside : nullptr;
  if (options_.after_decision && !fault) options_.after_decision(entry, second);
  if (!fault) fault = check_facts(account, tenant.state, entry.facts, entry.at);
  if (second != nullptr && other != nullptr) {
    of_other = check_facts(other->account, tenant.state, second->facts, entry.at);
    if (!fault && !of_other) fault = of_other = check_transfer(entry.facts, second->facts);
  }
  if (!fault && !of_other) return true;
  return internal_fault(tenant, entry, held, fault, other, of_other);
}

}  // namespace florin::engine
