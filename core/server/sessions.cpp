#include "sessions.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>

#include "keys.hpp"

namespace florin::server {

namespace json = boost::json;

namespace {

constexpr std::string_view prefix = "fls_";
constexpr Seconds minute = 60, hour = 3600;
constexpr Seconds link_lasts = 15 * minute, same_answer = minute, idle = 30 * minute, bearer_lasts = 15 * minute;
constexpr Seconds pay_link_lasts = 14 * 24 * hour, invitation_lasts = 7 * 24 * hour;
constexpr std::size_t most_links = 100'000, code_letters = 32;

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

json::array list_of(const std::vector<std::string>& words) {
  json::array list;
  for (const std::string& word : words) list.emplace_back(word);
  return list;
}
std::vector<std::string> words_of(const json::value& list) {
  std::vector<std::string> words;
  for (const json::value& word : list.as_array()) words.emplace_back(word.as_string());
  return words;
}

std::string text_of(const Session& s) {
  return json::serialize(json::array{s.staff, list_of(s.tenants), s.account, s.role, s.id, list_of(s.scopes), s.bearer,
                                     s.issued, s.seen, s.position, s.nonce, s.order, s.invitation});
}

/// Of what was sealed here, and so is as text_of() wrote it.
Session session_of(const json::array& all) {
  Session s;
  s.staff = all.at(0).as_bool();
  s.tenants = words_of(all.at(1));
  s.account = std::string(all.at(2).as_string());
  s.role = std::string(all.at(3).as_string());
  s.id = std::string(all.at(4).as_string());
  s.scopes = words_of(all.at(5));
  s.bearer = all.at(6).as_bool();
  s.issued = all.at(7).to_number<std::int64_t>();
  s.seen = all.at(8).to_number<std::int64_t>();
  s.position = all.at(9).to_number<std::uint64_t>();
  s.nonce = std::string(all.at(10).as_string());
  if (all.size() < 13) return s;  // sealed by an older release
  s.order = all.at(11).to_number<std::uint32_t>();
  s.invitation = all.at(12).as_bool();
  return s;
}

}  // namespace

Seconds Session::ends() const {
  if (order != 0) return issued + pay_link_lasts;
  if (invitation) return issued + invitation_lasts;
  if (bearer) return issued + bearer_lasts;
  return issued + (staff ? 8 * hour : 12 * hour);
}

Seconds Session::idle_until() const { return std::min(ends(), bearer ? ends() : seen + idle); }

bool Session::is_of(std::string_view tenant) const {
  if (staff && tenants.empty()) return true;
  return std::ranges::find(tenants, tenant) != tenants.end();
}

Session pay_session(const TenantId& tenant, const AccountId& account, std::uint32_t order, Seconds now) {
  Session session{.tenants = {tenant.text()}, .account = account.text()};
  session.issued = session.seen = now;
  session.nonce = random_name(16);
  session.bearer = true;
  session.order = order;
  return session;
}

std::string random_name(std::size_t letters) {
  std::string name;
  while (name.size() < letters) name += make_key(true).substr(8, 32);
  name.resize(letters);
  return name;
}

Sessions::Sessions(const std::vector<std::string>& secrets, std::function<Seconds()> clock)
    : clock_(clock ? std::move(clock) : machine_seconds) {
  if (sodium_init() < 0) throw std::runtime_error("the machine gives no random bytes");
  for (const std::string& secret : secrets) {
    std::string key(crypto_secretbox_KEYBYTES, '\0');
    crypto_generichash(bytes(key), key.size(), bytes(secret), secret.size(), nullptr, 0);
    keys_.push_back(std::move(key));
  }
  if (keys_.empty()) {
    keys_.emplace_back(crypto_secretbox_KEYBYTES, '\0');
    crypto_secretbox_keygen(bytes(keys_.front()));
  }
}

std::string Sessions::seal(const Session& session) const {
  const std::string open = text_of(session);
  std::string nonce(crypto_secretbox_NONCEBYTES, '\0');
  randombytes_buf(nonce.data(), nonce.size());
  std::string sealed(open.size() + crypto_secretbox_MACBYTES, '\0');
  crypto_secretbox_easy(bytes(sealed), bytes(open), open.size(), bytes(nonce), bytes(keys_.front()));
  const std::string whole = nonce + sealed;
  std::string text(sodium_base64_ENCODED_LEN(whole.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(whole), whole.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.resize(text.find('\0'));
  return std::string(prefix) + text;
}

std::optional<Session> Sessions::open(std::string_view token) const {
  constexpr std::size_t longest = 4096;
  if (!token.starts_with(prefix) || token.size() > longest) return std::nullopt;
  token.remove_prefix(prefix.size());
  std::string whole(token.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(bytes(whole), whole.size(), token.data(), token.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return std::nullopt;
  whole.resize(size);
  if (size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES) return std::nullopt;
  const std::string nonce = whole.substr(0, crypto_secretbox_NONCEBYTES);
  const std::string sealed = whole.substr(crypto_secretbox_NONCEBYTES);
  std::string text(sealed.size() - crypto_secretbox_MACBYTES, '\0');
  for (const std::string& key : keys_) {
    if (crypto_secretbox_open_easy(bytes(text), bytes(sealed), sealed.size(), bytes(nonce), bytes(key)) != 0) continue;
    boost::system::error_code failed;
    const json::value read = json::parse(text, failed);
    if (failed || !read.is_array() || read.get_array().size() < 11) return std::nullopt;
    return session_of(read.get_array());
  }
  return std::nullopt;
}

void Sessions::forget_old(Seconds now) {
  std::erase_if(links_, [&](const auto& one) { return one.second.until < now; });
  std::erase_if(signed_out_, [&](const auto& one) { return one.second < now; });
  constexpr Seconds longest = pay_link_lasts;
  std::erase_if(ended_, [&](const Ended& one) { return one.at + longest < now; });
}

std::string Sessions::make_link(Link link) {
  const std::string code = random_name(code_letters);
  const std::lock_guard lock(mutex_);
  if (links_.size() % 256 == 255 || links_.size() >= most_links) forget_old(now());
  if (links_.size() >= most_links) links_.erase(links_.begin());
  links_[digest_of(code)] = {std::move(link), now() + link_lasts, {}};
  return code;
}

std::optional<Link> Sessions::redeem(const std::string& code, const std::string& nonce) {
  const std::lock_guard lock(mutex_);
  const auto found = links_.find(digest_of(code));
  if (found == links_.end() || found->second.until < now()) return std::nullopt;
  Open& open = found->second;
  if (!open.nonce.empty()) return open.nonce == digest_of(nonce) ? std::optional(open.link) : std::nullopt;
  open.nonce = digest_of(nonce);
  open.until = now() + same_answer;
  open.link.session.issued = open.link.session.seen = begin_of(open.link.session);
  open.link.session.nonce = random_name(16);
  return open.link;
}

void Sessions::sign_out(const Session& session) {
  const std::lock_guard lock(mutex_);
  forget_old(now());
  signed_out_[session.nonce] = session.ends();
}

bool Sessions::Ended::ends(const Session& session) const {
  if (session.issued > at || !session.is_of(tenant) || session.account != account) return false;
  return id.empty() || session.id == id;
}

Seconds Sessions::begin_of(const Session& session) const {
  Session as = session;
  as.issued = now();
  for (const Ended& one : ended_)
    if (one.ends(as)) as.issued = one.at + 1;
  return as.issued;
}

Seconds Sessions::begins(const Session& session) const {
  const std::lock_guard lock(mutex_);
  return begin_of(session);
}

void Sessions::end_all(const std::string& tenant, const std::string& account, const std::string& id) {
  const std::lock_guard lock(mutex_);
  forget_old(now());
  Seconds at = now();
  for (const Ended& one : ended_)
    if (one.at >= at) at = one.at + 1;  // what has begun since
  ended_.push_back({tenant, account, id, at});
  // Links that were given out lead to a session that is issued later: they end too.
  std::erase_if(links_, [&](const auto& one) {
    Session session = one.second.link.session;
    session.issued = 0;
    return ended_.back().ends(session);
  });
}

bool Sessions::signed_out(const Session& session) const {
  const std::lock_guard lock(mutex_);
  return signed_out_.contains(session.nonce) ||
         std::ranges::any_of(ended_, [&](const Ended& one) { return one.ends(session); });
}

std::string Sessions::signed_out_text() const {
  const std::lock_guard lock(mutex_);
  json::object out;
  for (const auto& [nonce, until] : signed_out_) out[nonce] = until;
  json::array ended;
  for (const Ended& one : ended_) ended.push_back(json::array{one.tenant, one.account, one.id, one.at});
  return json::serialize(json::object{{"out", std::move(out)}, {"ended", std::move(ended)}});
}

void Sessions::read_signed_out(std::string_view text) {
  boost::system::error_code failed;
  const json::value read = json::parse(text, failed);
  const json::object* all = failed ? nullptr : read.if_object();
  if (all == nullptr || !all->contains("out") || !all->contains("ended")) return;
  const std::lock_guard lock(mutex_);
  for (const auto& [nonce, until] : all->at("out").as_object())
    signed_out_[std::string(nonce)] = until.to_number<Seconds>();
  for (const json::value& one : all->at("ended").as_array())
    ended_.push_back({std::string(one.at(0).as_string()), std::string(one.at(1).as_string()),
                      std::string(one.at(2).as_string()), one.at(3).to_number<Seconds>()});
  forget_old(now());
}

}  // namespace florin::server
