#pragma once

#include "config/shape.hpp"
#include "domain/journal/described.hpp"

/// How commands are written beyond what their types say. Whoever decodes or writes a command includes it.
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

inline constexpr Note browser_notes[] = {
    {"accept_header", "the Accept header of its requests, up to 2048 bytes", Note::Presence::may_be_left_out},
    {"user_agent", "its User-Agent header, up to 2048 bytes", Note::Presence::may_be_left_out},
    {"language", "navigator.language, as de-AT", Note::Presence::may_be_left_out},
    {"color_depth", "bits a pixel: 1, 4, 8, 15, 16, 24, 30, 32 or 48"},
    {"screen_height", "pixels"},
    {"screen_width", "pixels"},
    {"time_zone_offset", "minutes from local time to UTC, as getTimezoneOffset() gives them: -840 to 840"},
    {"java_enabled", "it runs Java", Note::Presence::may_be_left_out},
    {"javascript_enabled", "it runs JavaScript", Note::Presence::may_be_left_out},
    {"ip_address", "as the server saw it; of a session the host's own word", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<Browser> = browser_notes;

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

inline constexpr Note issue_key_notes[] = {{"test", "true: for a sandbox", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<IssueKey> = issue_key_notes;
inline constexpr Note revoke_key_notes[] = {{"reason", "for the books", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<RevokeKey> = revoke_key_notes;

inline constexpr Note view_notes[] = {{"reason", "for the books", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<ViewPersonalData> = view_notes;

inline constexpr Note irn_notes[] = {{"document", "number of an invoice or a credit note"},
                                     {"irn", "64 hexadecimal digits"},
                                     {"ack_no", "number of the acknowledgement"},
                                     {"ack_at", "when the portal acknowledged it"},
                                     {"qr", "the signed text of the QR code"}};
template <>
inline constexpr std::span<const Note> notes<RecordIrn> = irn_notes;

inline constexpr Note transfer_notes[] = {{"all_credits", "of every type", Note::Presence::may_be_left_out},
                                          {"licences", "how many", Note::Presence::may_be_left_out}};
template <>
inline constexpr std::span<const Note> notes<Transfer> = transfer_notes;

}  // namespace florin::config
