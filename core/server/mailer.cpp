#include "mailer.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>

#include "florin/amount_text.hpp"
#include "keys.hpp"
#include "mail/message.hpp"
#include "sessions.hpp"

namespace florin::server {

namespace json = boost::json;

namespace {

constexpr std::size_t most_at_once = 500, kept_done = 200, most_suppressed = 10'000;
constexpr Duration worthless_after = hours(72);
constexpr std::array retries = {minutes(1), minutes(5), minutes(15), hours(1), hours(3),
                                hours(6),   hours(12),  hours(24),   hours(48)};

std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string word_of(const std::vector<Word>& words, std::string_view name) {
  const auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? std::string() : found->value;
}

void set_word(std::vector<Word>& words, std::string_view name, std::string value) {
  std::erase_if(words, [&](const Word& word) { return word.name == name; });
  words.push_back({std::string(name), std::move(value)});
}

/// An address is personal data: what is kept beside the journal is its digest.
std::string digest_of_address(std::string address) {
  std::ranges::transform(address, address.begin(),
                         [](char one) { return one >= 'A' && one <= 'Z' ? static_cast<char>(one + 32) : one; });
  return digest_of(address);
}

bool is_done(const Mailer::Item& item) { return item.state != "waiting" && item.state != "sending"; }

/// An address and a link of one reader's are kept no longer than they are needed.
bool is_kept(const Mailer::Item& item, const Word& word) {
  return !is_done(item) || (word.name != "to" && word.name != "link");
}

json::object as_json(const Mailer::Item& item) {
  json::object data;
  for (const Word& word : item.data)
    if (is_kept(item, word)) data[word.name] = word.value;
  return {{"id", item.id},           {"kind", item.kind}, {"account", item.account},    {"state", item.state},
          {"data", std::move(data)}, {"at", item.at.us},  {"next_at", item.next_at.us}, {"tries", item.tries},
          {"problem", item.problem}};
}

Mailer::Item item_of(const json::object& object) {
  Mailer::Item item{.id = text_in(object, "id"),
                    .kind = text_in(object, "kind"),
                    .account = text_in(object, "account"),
                    .state = text_in(object, "state"),
                    .data = {},
                    .at = {object.at("at").to_number<std::int64_t>()},
                    .next_at = {object.at("next_at").to_number<std::int64_t>()},
                    .tries = object.at("tries").to_number<int>(),
                    .problem = text_in(object, "problem")};
  for (const auto& [name, value] : object.at("data").as_object())
    item.data.push_back({std::string(name), std::string(value.as_string())});
  return item;
}

std::string note_name(const TenantId& tenant) { return "mail." + tenant.text(); }

}  // namespace

Mailer::Mailer(Host& host, const Papers& papers, MailOptions options)
    : host_(host), papers_(papers), service_(host), options_(std::move(options)) {}

Mailer::~Mailer() { stop(); }

Mailer::Box& Mailer::box(const TenantId& tenant) {
  Box& box = boxes_[tenant];
  if (box.loaded) return box;
  const auto kept = service_.note(note_name(tenant));
  if (!kept) return box;
  box.loaded = true;
  boost::system::error_code failed;
  const json::value read = json::parse(kept->empty() ? "null" : *kept, failed);
  if (failed || !read.is_object()) {
    // Mail begins now: nobody is told of what happened before there was any.
    box.position = host_.position();
    return box;
  }
  box.position = read.at("position").to_number<std::uint64_t>();
  for (const json::value& one : read.at("items").as_array()) box.items.push_back(item_of(one.as_object()));
  if (const json::value* suppressed = read.as_object().if_contains("suppressed"))
    for (const auto& [digest, why] : suppressed->as_object())
      box.suppressed[std::string(digest)] = std::string(why.as_string());
  // It was under way when the host stopped: it may have arrived, so it is not sent again.
  for (Item& item : box.items)
    if (item.state == "sending") {
      item.state = "unknown";
      item.problem = "the host stopped while it was sent";
    }
  return box;
}

Status Mailer::keep(const TenantId& tenant, const Box& box) {
  json::array items;
  for (const Item& item : box.items) items.push_back(as_json(item));
  json::object suppressed;
  for (const auto& [digest, why] : box.suppressed) suppressed[digest] = why;
  return service_.set_note(note_name(tenant), json::serialize(json::object{{"position", box.position},
                                                                           {"items", std::move(items)},
                                                                           {"suppressed", std::move(suppressed)}}));
}

void Mailer::collect(const TenantId& tenant, Box& box, Instant now) {
  const std::uint64_t newest = host_.position();
  if (newest <= box.position) return;
  const auto told = host_.notifications(tenant, box.position, most_at_once);
  if (!told) return;
  std::uint64_t last = told->size() < most_at_once ? newest : box.position;
  std::size_t in_entry = 0;
  std::uint64_t entry = 0;
  for (const Notification& one : *told) {
    in_entry = one.position == entry ? in_entry + 1 : 0;
    entry = one.position;
    last = std::max(last, one.position);
    box.items.push_back({.id = tenant.text() + "." + std::to_string(one.position) + "." + std::to_string(in_entry),
                         .kind = one.kind,
                         .account = one.account.text(),
                         .state = "waiting",
                         .data = one.data,
                         .at = one.at,
                         .next_at = now,
                         .tries = 0,
                         .problem = {}});
  }
  box.position = last;
  std::size_t done = static_cast<std::size_t>(std::ranges::count_if(box.items, &is_done));
  std::erase_if(box.items, [&](const Item& item) { return is_done(item) && done > kept_done && done-- > 0; });
  (void)!keep(tenant, box);
}

std::string Mailer::address_of(const TenantId& tenant, const Item& item) const {
  if (std::string own = word_of(item.data, "to"); !own.empty()) return own;
  const auto account = AccountId::parse(item.account);
  if (!account) return {};
  const auto person = host_.personal_data(tenant, *account);
  return person ? word_of(*person, "email") : std::string();
}

bool Mailer::still_true(const TenantId& tenant, const Item& item) const {
  if (item.kind == "invitation") {
    const auto of = AccountId::parse(item.account);
    const auto standing = of ? service_.standing(tenant, *of, {{}, word_of(item.data, "member")}) : AccountRole{};
    return standing && standing->invited;
  }
  if (item.kind != "past_due" && item.kind != "credits_used_up") return true;
  const auto account = AccountId::parse(item.account);
  if (!account) return false;
  const auto text = host_.account(tenant, *account, Audience::customer);
  if (!text) return text.error().code != "no_such_account";
  const json::object now = json::parse(*text).as_object();
  if (item.kind == "past_due") return !now.at("past_due_since").is_null();
  const std::string type = word_of(item.data, "type");
  for (const json::value& one : now.at("credits").as_array())
    if (text_in(one.as_object(), "type") == type)
      return text_in(one.as_object(), "available").find_first_of("123456789") == std::string::npos;
  return true;
}

/// That of the account, if it has said one.
std::vector<std::string> Mailer::languages_of(const TenantId& tenant, const Item& item) const {
  const auto account = AccountId::parse(item.account);
  const auto person = account ? host_.personal_data(tenant, *account) : std::vector<Word>();
  if (!person || word_of(*person, "language").empty()) return {};
  return {word_of(*person, "language")};
}

Result<std::string> Mailer::bytes(const TenantId& tenant, const Item& item, const std::string& to) const {
  const auto shown = papers_.presentation(tenant, languages_of(tenant, item));
  if (!shown) return shown.error();
  const json::object page = json::parse(*shown).as_object();
  const std::string language = text_in(page, "language");
  mail::Data data{{"name", text_in(page, "name")},
                  {"account", item.account},
                  {"link", options_.base_url + "/portal/" + tenant.text()}};
  std::string contact;
  if (const json::value& seller = page.at("seller"); seller.is_object()) {
    data["seller"] = text_in(seller.as_object(), "name");
    data["contact"] = contact = text_in(seller.as_object(), "contact");
  }
  if (const std::string order = word_of(item.data, "order");
      item.kind == "past_due" && options_.pay_link && !order.empty())
    data["link"] = options_.pay_link(tenant, *AccountId::parse(item.account),
                                     static_cast<std::uint32_t>(std::strtoul(order.c_str(), nullptr, 10)));
  for (const Word& word : item.data) data[word.name] = word.value == "false" ? std::string() : word.value;
  if (const auto total = data.find("total"); total != data.end())
    total->second = florin::amount_in(language, total->second);
  const std::string standard(page.at("languages").as_array().front().as_string());
  auto rendered = mail::render(options_.templates, item.kind, {language, standard}, data);
  if (!rendered) return rendered.error();
  const std::string domain = options_.from.substr(options_.from.find('@') + 1);
  mail::Message message{.from_name = data["name"],
                        .from = options_.from,
                        .reply_to = mail::is_address(contact) ? contact : std::string(),
                        .to = to,
                        .subject = rendered->subject,
                        .text = rendered->text,
                        .html = rendered->html,
                        .id = item.id + "@" + domain,
                        .date = item.at,
                        .attachments = {}};
  if (const std::string invoice = word_of(item.data, "invoice"); !invoice.empty()) {
    auto pdf = papers_.document(tenant, *AccountId::parse(item.account), invoice, "pdf");
    if (!pdf) return pdf.error();
    std::string name = invoice;
    std::ranges::replace(name, '/', '-');
    message.attachments.push_back({name + ".pdf", "application/pdf", *std::move(pdf)});
  }
  return mail::bytes_of(message);
}

void Mailer::suppress(Box& box, const std::string& digest, const std::string& why) {
  if (box.suppressed.size() >= most_suppressed) box.suppressed.erase(box.suppressed.begin());
  box.suppressed.insert_or_assign(digest, why.substr(0, 200));
}

/// Whether it left.
bool Mailer::send(const TenantId& tenant, Box& box, Item& item, Instant now) {
  const auto ends = [&](std::string state, std::string problem) {
    item.state = std::move(state);
    item.problem = std::move(problem);
    return false;
  };
  const auto later = [&](std::string problem) {
    item.state = "waiting";
    item.problem = std::move(problem);
    item.next_at = now + retries.at(std::min<std::size_t>(static_cast<std::size_t>(item.tries), retries.size() - 1));
    ++item.tries;
    return false;
  };
  if (item.at + worthless_after < now && item.tries > 0) return ends("failed", item.problem);
  if (!still_true(tenant, item)) return ends("void", "it is not so any more");
  const std::string to = address_of(tenant, item);
  if (!mail::is_address(to)) return ends("undeliverable", "the account has no mail address");
  const std::string digest = digest_of_address(to);
  if (const auto came_back = box.suppressed.find(digest);
      came_back != box.suppressed.end() && word_of(item.data, "insists").empty())
    return ends("undeliverable", "mail to this address came back: " + came_back->second);
  set_word(item.data, "sent_to", digest);
  const auto whole = bytes(tenant, item, to);
  if (!whole) return later(whole.error().message);  // an invoice that lacks a field waits for staff
  item.state = "sending";
  if (const Status kept = keep(tenant, box); !kept) return later(kept.error().message);
  mail::SendResult result{.sent = mail::Sent::taken};
  if (options_.relay.url.empty()) {
    std::ofstream file(options_.files / (item.id + ".eml"), std::ios::binary);
    file << *whole;
    file.close();
    if (!file) result = {.sent = mail::Sent::later, .problem = "the file cannot be written"};
  } else {
    result = mail::send(options_.relay, options_.from, to, *whole);
  }
  const std::string said = result.code == 0 ? result.problem : std::to_string(result.code) + " " + result.problem;
  if (result.sent == mail::Sent::taken) {
    box.suppressed.erase(digest);
    ends("sent", "");
  }
  if (result.sent == mail::Sent::refused && result.of_recipient) suppress(box, digest, said);
  if (result.sent == mail::Sent::refused) ends(result.of_recipient ? "undeliverable" : "failed", said);
  if (result.sent == mail::Sent::later) later(said);
  // Once more with the same Message-ID, by which the relay knows it again; then a person looks.
  if (result.sent == mail::Sent::unknown) {
    if (item.tries > 0 && item.problem.starts_with("lost: ")) {
      ends("unknown", said);
    } else {
      later("lost: " + said);
      item.next_at = now + minutes(15);
    }
  }
  (void)!keep(tenant, box);
  write_log(tenant, item, to);
  return item.state == "sent";
}

std::size_t Mailer::run(Instant now) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t epoch = options_.epoch ? options_.epoch() : 1;
  if (std::exchange(epoch_, epoch) != epoch) boxes_.clear();
  if (epoch == 0) return 0;
  const auto sending = papers_.sending();
  if (!sending || !*sending) return 0;
  std::size_t left = 0;
  for (const TenantId& tenant : host_.tenants()) {
    Box& of = box(tenant);
    if (!of.loaded) continue;
    collect(tenant, of, now);
    take_bounces(tenant, of);
    take_asked(tenant, of);
    bool changed = false;
    for (Item& item : of.items) {
      if (item.state != "waiting" || now < item.next_at) continue;
      left += send(tenant, of, item, now) ? 1 : 0;
      changed = true;
    }
    if (changed) (void)!keep(tenant, of);
  }
  return left;
}

std::vector<Mailer::Item> Mailer::items(const TenantId& tenant) {
  const std::lock_guard lock(mutex_);
  return box(tenant).items;
}

void Mailer::bounced(const TenantId& tenant, Bounce bounce) {
  const std::lock_guard lock(asked_mutex_);
  bounces_[tenant].push_back(std::move(bounce));
}

void Mailer::take_bounces(const TenantId& tenant, Box& box) {
  std::vector<Bounce> bounces;
  {
    const std::lock_guard lock(asked_mutex_);
    bounces.swap(bounces_[tenant]);
  }
  for (const Bounce& one : bounces) {
    std::string digest = one.address.empty() ? std::string() : digest_of_address(one.address);
    std::string id = one.message.substr(one.message.starts_with('<') ? 1 : 0);
    id = id.substr(0, id.find('@'));
    const auto item = std::ranges::find(box.items, id, &Item::id);
    if (!id.empty() && item != box.items.end() && is_done(*item)) {
      item->state = "undeliverable";
      item->problem = "it came back: " + one.why.substr(0, 200);
      digest = word_of(item->data, "sent_to");
    }
    if (!digest.empty()) suppress(box, digest, one.why);
  }
  if (!bounces.empty()) (void)!keep(tenant, box);
}

void Mailer::take_asked(const TenantId& tenant, Box& box) {
  std::vector<Item> asked;
  {
    const std::lock_guard lock(asked_mutex_);
    asked.swap(asked_[tenant]);
  }
  if (asked.empty()) return;
  std::ranges::move(asked, std::back_inserter(box.items));
  (void)!keep(tenant, box);
}

void Mailer::ask(const TenantId& tenant, const AccountId& account, const std::string& kind, std::vector<Word> data) {
  const Instant now = host_.now();
  Item item{.id = tenant.text() + "." + kind + "." + random_name(16),
            .kind = kind,
            .account = account.text(),
            .state = "waiting",
            .data = std::move(data),
            .at = now,
            .next_at = now,
            .tries = 0,
            .problem = {}};
  const std::lock_guard lock(asked_mutex_);
  asked_[tenant].push_back(std::move(item));
}

std::vector<MailDesk::Message> Mailer::messages(const TenantId& tenant, const AccountId& account) {
  std::vector<Message> all;
  for (const Item& item : items(tenant))
    if (item.account == account.text())
      all.push_back({.id = item.id,
                     .kind = item.kind,
                     .state = item.state,
                     .at = item.at,
                     .tries = item.tries,
                     .problem = item.problem});
  std::ranges::reverse(all);
  return all;
}

bool Mailer::send_again(const TenantId& tenant, const AccountId& account, const std::string& id) {
  const std::vector<Item> all = items(tenant);
  const auto found = std::ranges::find(all, id, &Item::id);
  if (found == all.end() || found->account != account.text() || found->kind == "invitation") return false;
  std::vector<Word> data = found->data;
  set_word(data, "insists", "yes");  // a person has said so: also to an address that mail came back from
  ask(tenant, account, found->kind, std::move(data));
  return true;
}

void Mailer::start() {
  thread_ = std::jthread([this](const std::stop_token& stopped) {
    std::mutex waiting;
    std::unique_lock held(waiting);
    while (!stopped.stop_requested()) {
      const auto began = std::chrono::steady_clock::now();
      run(host_.now());
      // A long journal takes long to be read: it is looked at the more seldom.
      const auto took = std::chrono::steady_clock::now() - began;
      wake_.wait_for(held, stopped, std::max<std::chrono::nanoseconds>(std::chrono::seconds(2), took * 10),
                     [] { return false; });
    }
  });
}

void Mailer::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.notify_all();
  thread_.join();
}

void Mailer::write_log(const TenantId& tenant, const Item& item, const std::string& to) const {
  if (options_.log == nullptr) return;
  *options_.log << json::serialize(json::object{{"level", item.state == "sent" ? "info" : "warning"},
                                                {"code", "mail"},
                                                {"tenant", tenant.text()},
                                                {"account", item.account},
                                                {"kind", item.kind},
                                                {"to", mail::masked(to)},
                                                {"state", item.state},
                                                {"problem", item.problem}}) +
                       "\n";
  options_.log->flush();
}

}  // namespace florin::server
