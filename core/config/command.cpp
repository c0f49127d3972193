#include "config/command.hpp"

#include "config/write_json.hpp"
#include "domain/journal/described.hpp"

namespace florin::config {

/// Words are written as a table: `{destination: whitelisted}`.
template <>
struct Keyed<Word> {
  static std::string& key(Word& word) { return word.name; }
  static std::string& value(Word& word) { return word.value; }
};

/// Totals are written as a table: `{phone_100: 2}`.
template <>
struct Keyed<AddOnCount> {
  static AddOnId& key(AddOnCount& one) { return one.add_on; }
  static std::int32_t& value(AddOnCount& one) { return one.count; }
};

inline constexpr Note subscribe_notes[] = {
    {"start_now", "inside a trial: charge now", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<Subscribe> = subscribe_notes;
inline constexpr Note recharge_setting_notes[] = {
    {"active", "false: no more recharges", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<SetAutoRecharge> = recharge_setting_notes;
inline constexpr Note method_setting_notes[] = {{"token", "made from the details", Note::Presence::may_be_left_out},
                                                {"brand", "made from the details", Note::Presence::may_be_left_out},
                                                {"masked", "made from the details", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<AddPaymentMethod> = method_setting_notes;
inline constexpr Note decision_notes[] = {{"reason", "for the books", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<DecideRefund> = decision_notes;
inline constexpr Note correction_notes[] = {{"take", "true: takes away", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<AdjustCredits> = correction_notes;

inline constexpr Note review_asked_notes[] = {{"said", "", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<RequestReview> = review_asked_notes;
inline constexpr Note dispute_notes[] = {{"reason", "the processor's word", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<RecordDispute> = dispute_notes;

inline constexpr Note review_decision_notes[] = {
    {"gives_back", "whole when it is left out", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<DecideReview> = review_decision_notes;

inline constexpr Note transfer_notes[] = {{"all_credits", "of every type", Note::Presence::may_be_left_out},
                                          {"licences", "how many", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<Transfer> = transfer_notes;

std::optional<Command> command_of(const Node& node, Errors& errors, const std::string& path) {
  const std::size_t before = errors.size();
  Command command = decode<Command>(node, errors, path);
  if (errors.size() != before) return std::nullopt;
  return command;
}

std::optional<Command> command_of_json(std::string_view text, Errors& errors) {
  const auto node = parse_json(text, "command");
  if (!node) {
    errors.push_back(node.error());
    return std::nullopt;
  }
  return command_of(*node, errors);
}

const Shape& command_shape() { return shape_of<Command>(); }

std::vector<std::string_view> command_words() {
  std::vector<std::string_view> words;
  for (const Alternative& alternative : command_shape().alternatives) words.push_back(alternative.name);
  return words;
}

std::string json_of(const AnyCommand& command) {
  return std::visit([](const auto& content) { return write_json(content); }, command);
}

std::string json_of(const Entry& entry, std::uint64_t position) {
  std::string text = write_json(entry);
  return "{\"position\":" + std::to_string(position) + "," + text.substr(1);
}

}  // namespace florin::config
