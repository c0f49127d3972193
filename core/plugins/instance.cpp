#include "plugins/instance.hpp"

namespace florin {

namespace {
constexpr std::uint64_t most_room = 16 << 20;
constexpr std::uint64_t most_text = 1 << 20;
}  // namespace

PluginInstance::~PluginInstance() {
  if (plugin == nullptr || entry->destroy == nullptr) return;
  try {
    entry->destroy(plugin);
  } catch (...) {  // NOLINT(bugprone-empty-catch): what cannot be destroyed is left behind
  }
}

florin_arena AnswerRoom::fresh() {
  auto* begin = reinterpret_cast<char*>(room_.data());
  return {sizeof(florin_arena), 0, begin, begin + room_.size() * sizeof(std::max_align_t), 0};
}

bool AnswerRoom::grow(std::uint64_t wanted) {
  const std::uint64_t has = room_.size() * sizeof(std::max_align_t);
  if (wanted > most_room || has == most_room) return false;
  const std::uint64_t next = std::min(std::max(has * 2, has + wanted), most_room);
  room_ = std::vector<std::max_align_t>(next / sizeof(std::max_align_t));
  return true;
}

AnswerRoom& AnswerRoom::of_this_thread() {
  thread_local AnswerRoom room;
  return room;
}

std::string copied(florin_text text) {
  if (text.len == 0) return {};
  if (text.ptr == nullptr || text.len > most_text)
    throw PluginFault("bad_answer", "answered with a text that cannot be");
  return {text.ptr, static_cast<std::size_t>(text.len)};
}

Money copied(const florin_money& money) {
  if (money.currency[0] == '\0') return {};
  const auto currency = Currency::parse(std::string_view(money.currency, 3));
  if (!currency || money.currency[3] != '\0' || currency->exponent() != money.exponent)
    throw PluginFault("bad_answer", "answered with an amount in a currency, or with decimals, that ISO 4217 has not");
  return {money.minor, *currency};
}

florin_text lent(std::string_view text) {
  return text.empty() ? florin_text{nullptr, 0} : florin_text{text.data(), text.size()};
}

florin_money lent(const Money& money) {
  florin_money made{};
  made.minor = money.minor();
  money.currency().code().copy(made.currency, 3);
  made.exponent = static_cast<std::uint8_t>(money.currency().exponent());
  return made;
}

std::vector<florin_pair> lent_pairs(const Pairs& pairs) {
  std::vector<florin_pair> lent_out;
  lent_out.reserve(pairs.size());
  for (const auto& [name, value] : pairs) lent_out.push_back({lent(name), lent(value)});
  return lent_out;
}

}  // namespace florin
