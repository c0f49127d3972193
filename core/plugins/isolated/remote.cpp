#include "plugins/isolated/remote.hpp"

#include <string_view>

#include "plugins/isolated/flat.hpp"
#include "plugins/loading.hpp"

namespace florin::isolated {

namespace {

/// Behind the `florin_plugin*` of an isolated instance.
struct Remote {
  std::shared_ptr<Runners> runners;
  std::shared_ptr<Runner> runner;
  std::uint32_t instance = 0;
  florin_processor_1 processor{};
  florin_method_1 method{};
  florin_credit_policy_1 credit_policy{};
  florin_tax_1 tax{};
};

const Remote& remote_of(const florin_plugin* plugin) { return *reinterpret_cast<const Remote*>(plugin); }

std::vector<char>& question_buffer() {
  thread_local std::vector<char> buffer;
  buffer.assign(sizeof(Frame), 0);
  return buffer;
}

template <class Answer>
const Answer* asked(const florin_plugin* plugin, Word word, std::uint64_t detail, std::vector<char>& question,
                    const char* name, Duration limit) {
  const Remote& remote = remote_of(plugin);
  const auto [bytes, size] = remote.runner->call(remote.instance, word, detail, question, name, limit);
  flat::Unpacker unpacker(bytes, size, sizeof(Frame));
  const Answer* answer = unpacker.root<Answer>();
  if (answer == nullptr)
    throw PluginFault("bad_answer", std::string("answered ") + name + " with bytes that cannot be");
  remote.runners->end_idle();
  return answer;
}

template <class Answer, class In>
const Answer* asked(const florin_plugin* plugin, Word word, const In& in, const char* name, Duration limit) {
  std::vector<char>& question = question_buffer();
  flat::Packer(question).root(in);
  return asked<Answer>(plugin, word, 0, question, name, limit);
}

template <std::uint64_t Kind>
const florin_step* operate(const florin_plugin* plugin, const florin_operation* operation,
                           const florin_replies* replies, florin_arena*) {
  constexpr const char* names[] = {"",     "charge",  "cancel",      "refund", "status",
                                   "pull", "capture", "save_method", "confirm"};
  std::vector<char>& question = question_buffer();
  flat::Packer(question).root(flat::OperationCall{*operation, *replies});
  return asked<florin_step>(plugin, Word::operate, Kind, question, names[Kind],
                            remote_of(plugin).runner->limits().operate);
}

florin_processor_1 processor_of(std::uint64_t has) {
  florin_processor_1 table{};
  table.size = sizeof table;
  table.describe = [](const florin_plugin* plugin, florin_arena*) {
    return asked<florin_capabilities>(plugin, Word::describe_processor, 0, question_buffer(), "describe",
                                      remote_of(plugin).runner->limits().operate);
  };
  const auto slot = [&](std::uint64_t kind, florin_operate* function) {
    return (has >> kind & 1) != 0 ? function : nullptr;
  };
  table.charge = slot(FLORIN_CHARGE, operate<FLORIN_CHARGE>);
  table.cancel = slot(FLORIN_CANCEL, operate<FLORIN_CANCEL>);
  table.refund = slot(FLORIN_REFUND, operate<FLORIN_REFUND>);
  table.status = slot(FLORIN_STATUS, operate<FLORIN_STATUS>);
  table.pull = slot(FLORIN_PULL, operate<FLORIN_PULL>);
  table.capture = slot(FLORIN_CAPTURE, operate<FLORIN_CAPTURE>);
  table.save_method = slot(FLORIN_SAVE_METHOD, operate<FLORIN_SAVE_METHOD>);
  table.confirm = slot(FLORIN_CONFIRM, operate<FLORIN_CONFIRM>);
  if ((has & has_webhook) != 0)
    table.webhook = [](const florin_plugin* plugin, const florin_webhook* hook, florin_arena*) {
      return asked<florin_claims>(plugin, Word::webhook, *hook, "webhook", remote_of(plugin).runner->limits().operate);
    };
  return table;
}

florin_method_1 method_of(std::uint64_t has) {
  florin_method_1 table{};
  table.size = sizeof table;
  table.describe = [](const florin_plugin* plugin, florin_arena*) {
    return asked<florin_method_facts>(plugin, Word::describe_method, 0, question_buffer(), "describe",
                                      remote_of(plugin).runner->limits().decide);
  };
  if ((has & has_offered) != 0)
    table.offered = [](const florin_plugin* plugin, const florin_situation* situation, florin_arena*) {
      return asked<florin_verdict>(plugin, Word::offered, *situation, "offered",
                                   remote_of(plugin).runner->limits().decide);
    };
  table.check = [](const florin_plugin* plugin, const florin_entered* entered, florin_arena*) {
    return asked<florin_checked>(plugin, Word::check, *entered, "check", remote_of(plugin).runner->limits().decide);
  };
  return table;
}

florin_credit_policy_1 credit_policy_of() {
  florin_credit_policy_1 table{};
  table.size = sizeof table;
  table.decide = [](const florin_plugin* plugin, const florin_moment* moment, florin_arena*) {
    return asked<florin_decisions>(plugin, Word::decide, *moment, "decide", remote_of(plugin).runner->limits().decide);
  };
  return table;
}

florin_tax_1 tax_of() {
  florin_tax_1 table{};
  table.size = sizeof table;
  table.taxes = [](const florin_plugin* plugin, const florin_sale* sale, florin_arena*) {
    return asked<florin_taxes>(plugin, Word::taxes, *sale, "taxes", remote_of(plugin).runner->limits().decide);
  };
  return table;
}

const florin_entry_1 remote_entry = {sizeof remote_entry, FLORIN_ABI_MINOR, nullptr, nullptr,
                                     [](florin_plugin* plugin) {
                                       auto* remote = reinterpret_cast<Remote*>(plugin);
                                       remote->runner->drop(remote->instance);
                                       delete remote;
                                     }};

Interface interface_of(std::string_view id) {
  if (id == "florin.processor/1") return Interface::processor;
  if (id == "florin.method/1") return Interface::method;
  return id == "florin.tax/1" ? Interface::tax : Interface::credit_policy;
}

}  // namespace

std::expected<std::shared_ptr<const PluginInstance>, Errors> make_remote(std::shared_ptr<Runners> runners,
                                                                         const std::string& sha256, Runner::Of of,
                                                                         const Manifest& manifest,
                                                                         const char* interface_id,
                                                                         const std::string& config_json) {
  auto remote = std::make_unique<Remote>();
  remote->runner = runners->of(sha256, std::move(of));
  remote->runners = std::move(runners);
  const Interface kind = interface_of(interface_id);
  const auto has = remote->runner->make(remote->instance, kind, config_json);
  if (!has) return std::unexpected(has.error());
  if ((*has & no_table) != 0) {
    remote->runner->drop(remote->instance);
    return std::unexpected(Errors{PluginFault("lacks_interface", "offers " + std::string(interface_id) +
                                                                     " without a function that each of its kind has")
                                      .error(manifest)});
  }
  remote->processor = processor_of(*has);
  remote->method = method_of(*has);
  remote->credit_policy = credit_policy_of();
  remote->tax = tax_of();
  auto instance = std::make_shared<PluginInstance>();
  instance->manifest = manifest;
  instance->entry = &remote_entry;
  switch (kind) {
    case Interface::processor: instance->table = &remote->processor; break;
    case Interface::method: instance->table = &remote->method; break;
    case Interface::credit_policy: instance->table = &remote->credit_policy; break;
    case Interface::tax: instance->table = &remote->tax; break;
  }
  instance->plugin = reinterpret_cast<florin_plugin*>(remote.release());
  return instance;
}

}  // namespace florin::isolated
