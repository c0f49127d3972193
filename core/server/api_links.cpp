#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include "api.hpp"
#include "florin/addresses.hpp"
#include "florin/bodies.hpp"
#include "florin/reads.hpp"
#include "mail/message.hpp"
#include "parameters.hpp"

/// Links that are sent: to pay one order without signing in, and to join an account. docs/decisions/0150-sent-links.md
namespace florin::server {

namespace json = boost::json;

namespace {

std::string text_of(Seconds seconds) { return Instant{seconds * 1'000'000}.text(); }

/// The order that a body names, as it is or within the command's name; 0: none.
std::uint64_t order_in(const json::object& body) {
  const json::value* order = body.if_contains("order");
  if (order == nullptr || !order->is_number()) return 0;
  boost::system::error_code failed;
  const auto number = order->to_number<std::uint64_t>(failed);
  return failed ? 0 : number;
}

std::string text_in(const json::object& body, std::string_view name) {
  const json::value* value = body.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool is_own_paper(const std::string& number, std::uint32_t order) {
  const std::string of = std::to_string(order);
  return number == "pro-forma-" + of || number.starts_with("receipt-" + of + "-");
}

/// What somebody with a link reads of an order: whole while it is to be paid, and then only that it was.
json::object shown_to_payer(const std::string& text) {
  json::object order = json::parse(text).as_object();
  const std::string state = text_in(order.at("now").as_object(), "state");
  if (text_in(order, "state") == "open") return order;
  return {{"id", order.at("id")},
          {"state", order.at("state")},
          {"total", order.at("total")},
          {"paid_at", order.at("paid_at")},
          {"now", json::object{{"state", state}}}};
}

}  // namespace

// ---- To pay one order ---------------------------------------------------------------------------------------------

/// Whoever has the link may see the order, pay it with what is kept nowhere, and say that they are back.
void Api::admit_payer(const AskedPtr& asked, const Route& route) {
  const std::uint32_t order = asked->caller.session->order;
  const auto no = [&] { asked->fail("not_found", "There is nothing at this address."); };
  asked->caller.actor = {"service", "pay_link"};
  const std::string& last = asked->words.empty() ? asked->request.segments.back() : asked->words.back();
  if (route.pattern == "accounts/{account}/orders/{order}/checkout")
    return last == std::to_string(order) ? admit(asked, route) : no();
  if (route.pattern == "accounts/{account}/documents/{number}/{form}")
    return is_own_paper(asked->words.at(1), order) ? admit(asked, route) : no();
  if (route.pattern != "accounts/{account}/{command}" || (last != "pay_order" && last != "customer_returned"))
    return no();
  boost::system::error_code failed;
  const json::value read = json::parse(asked->request.body, failed);
  const json::object* body = failed ? nullptr : read.if_object();
  if (body == nullptr || order_in(*body) != order) return no();
  if (last == "customer_returned") return admit(asked, route);
  // What the account has kept is its own: a link pays with what its reader brings. `card/` is a card that nobody keeps.
  std::string with = text_in(*body, "pay_with");
  if (with.find('/') == std::string::npos) with += '/';
  json::object rest = *body;
  rest["pay_with"] = with;
  asked->request.body = json::serialize(rest);
  on_pool(asked, [this, asked, &route, method = with.substr(0, with.find('/'))] {
    const auto offered = host_.methods(asked->caller.tenant, asked->account, asked->caller.actor);
    if (!offered) return asked->fail(offered.error());
    const auto found = std::ranges::find(*offered, method, [](const OfferedMethod& one) { return one.method.text(); });
    if (found == offered->end() || !found->offered)
      return asked->fail("method_not_offered", "pay_with is a payment method that is offered here.");
    admit(asked, route);
  });
}

void Api::pay_link(const AskedPtr& asked) {
  if (!asked->caller.has("portal") && !asked->caller.has("support"))
    return asked->fail("scope_missing", "This needs a key with the scope portal or support.");
  const auto order = number_of(asked->words.at(1));
  Errors errors;
  (void)words_of_body(asked->request.body, {}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  if (!order) return asked->fail("no_such_order", "There is no such order.");
  on_pool(asked, [this, asked, order = *order] {
    const auto now = host_.order_now(asked->caller.tenant, asked->account, OrderId{order});
    if (!now) return asked->fail(now.error());
    Session session = pay_session(asked->caller.tenant, asked->account, order, sessions_.now());
    session.issued = session.seen = sessions_.begins(session);
    asked->json(json::serialize(json::object{{"url", base_url() + "/pay/" + sessions_.seal(session)},
                                             {"expires_at", text_of(session.ends())}}),
                201);
  });
}

void Api::checkout(const AskedPtr& asked) {
  const auto number = number_of(asked->words.at(1));
  if (!number) return asked->fail("no_such_order", "There is no such order.");
  const auto wait =
      asked->request.parameter("wait") == nullptr ? std::optional<std::uint32_t>(0) : number_in(*asked, "wait", 0, 30);
  if (!wait) return;
  const OrderId id{*number};
  const auto answer = [this, asked, id] {
    const auto order = host_.order_answer(asked->caller.tenant, asked->account, id, Audience::customer);
    if (!order) return asked->fail(order.error());
    const auto catalog = Reads(host_).catalog(asked->caller.tenant, asked->account, asked->caller.actor);
    if (!catalog) return asked->fail(catalog.error());
    json::object all{{"account", asked->account.text()},
                     {"order", shown_to_payer(*order)},
                     {"methods", json::parse(*catalog).as_object().at("methods")},
                     {"mode", sandbox_ ? "test" : "live"}};
    if (const auto& session = asked->caller.session; session && session->order != 0)
      all["expires_at"] = text_of(session->ends());
    asked->json(json::serialize(all));
  };
  on_pool(asked, [this, asked, id, wait = *wait, answer] {
    const auto now = host_.order_now(asked->caller.tenant, asked->account, id);
    if (!now) return asked->fail(now.error());
    if (now->over || wait == 0) return answer();
    wait_for({.asked = asked,
              .order = id,
              .until = std::chrono::steady_clock::now() + std::chrono::seconds(wait),
              .seen = now->json,
              .then = [answer](const OrderNow&) { answer(); }});
  });
}

// ---- To join an account -------------------------------------------------------------------------------------------

/// Nobody is sent mail in the seller's name as often as a customer likes. A backend's own requests are not counted.
bool Api::may_mail_invitation(const AskedPtr& asked) {
  if (!asked->caller.is_customer()) return true;
  const Instant now = host_.now();
  const auto until = invitation_mails_.take(asked->caller.tenant.text() + "/" + asked->account.text(), now);
  if (!until) return true;
  HttpReply reply = reply_of(Problem{.code = "rate_limited",
                                     .detail = "This account has sent " + std::to_string(InvitationMails::most) +
                                               " invitations by mail within a day. The next can be sent at " +
                                               until->text() + "; the link can be copied at any time."},
                             asked->request);
  for (auto& [name, value] : reply.headers)
    if (name == "Retry-After") value = std::to_string((until->us - now.us) / 1'000'000 + 1);
  asked->answer(std::move(reply));
  return false;
}

void Api::invitation(const AskedPtr& asked) {
  Errors errors;
  const auto words = words_of_body(asked->request.body, {"email"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  const std::string email = value_of(words, "email");
  if (!email.empty() && !mail::is_address(email))
    return asked->fail("bad_email", "email is an address, such as ann@example.com.");
  if (!take_actor(*asked, "write")) return;
  on_pool(asked, [this, asked, email] {
    const TenantId& tenant = asked->caller.tenant;
    const std::string& member = asked->words.at(1);
    const auto may = host_.may(tenant, asked->account, asked->caller.actor, "change_members");
    if (!may) return asked->fail(may.error());
    if (may->refusal) return asked->answer(reply_of(problem_of(*may->refusal, 0), asked->request));
    const auto standing = service_.standing(tenant, asked->account, {{}, member});
    if (!standing) return asked->fail(standing.error());
    if (!standing->invited)
      return asked->fail("no_such_invitation", "There is no open invitation of '" + member.substr(0, 64) + "'.");
    if (!email.empty() && !may_mail_invitation(asked)) return;
    Session session{.tenants = {tenant.text()}, .account = asked->account.text(), .id = member};
    session.issued = session.seen = sessions_.begins(session);
    session.position = host_.position();
    session.nonce = random_name(16);
    session.invitation = session.bearer = true;
    const std::string url = base_url() + "/portal/" + tenant.text() + "#i=" + sessions_.seal(session);
    MailDesk* desk = mail_desk();
    if (desk != nullptr && !email.empty())
      desk->ask(tenant, asked->account, "invitation",
                {{"to", email}, {"member", member}, {"until", text_of(session.ends())}, {"link", url}});
    asked->json(
        json::serialize(json::object{
            {"url", url}, {"expires_at", text_of(session.ends())}, {"mailed", desk != nullptr && !email.empty()}}),
        201);
  });
}

/// What a link that was sent leads to: one order, or the session of somebody who is invited. As long as the invitation
/// is open: once it was accepted or withdrawn, its link leads nowhere.
void Api::exchange_sent(const HttpRequest& request, const std::string& code, const Answer& answer) {
  boost::asio::post(pool_, [this, request, code, answer] {
    auto sent = sessions_.open(code);
    if (!sent) (void)links_.take(counted_address(request.address), std::chrono::steady_clock::now());
    if (sent && sent->tenants.empty()) sent.reset();  // of staff: no link that was sent
    const auto tenant = TenantId::parse(sent ? sent->tenants.front() : "");
    const auto account = AccountId::parse(sent ? sent->account : "");
    const bool works = sent && sent->works(sessions_.now()) && !sessions_.signed_out(*sent);
    if (works && sent->order != 0)
      return answer({.body = json::serialize(json::object{{"kind", "payer"},
                                                          {"tenant", sent->tenants.front()},
                                                          {"account", sent->account},
                                                          {"order", sent->order},
                                                          {"ends_at", text_of(sent->ends())}})});
    const auto standing = works && sent->invitation && tenant && account
                              ? service_.standing(*tenant, *account, {{}, sent->id})
                              : AccountRole{};
    if (!standing && !standing.error().code.starts_with("no_such_")) return answer(reply_of(standing.error(), request));
    if (!standing || !standing->invited)
      return answer(reply_of(
          Problem{.code = "session_over",
                  .detail = "This link was used or withdrawn, or is too old. Ask whoever sent it for a new one."},
          request));
    Link link{.session = *sent, .page = "invitation", .locale = language_of(*sent), .return_url = {}};
    link.session.invitation = link.session.bearer = false;
    link.session.issued = link.session.seen = sessions_.now();
    link.session.nonce = random_name(16);
    HttpReply reply{.status = 201, .body = session_json(link.session, &link)};
    reply.headers.emplace_back("Set-Cookie", cookie_of(link.session));
    answer(std::move(reply));
  });
}

// ---- Mail that was sent -------------------------------------------------------------------------------------------

void Api::messages(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    json::array all;
    if (MailDesk* desk = mail_desk())
      for (const MailDesk::Message& one : desk->messages(asked->caller.tenant, asked->account))
        all.push_back(json::object{{"id", one.id},
                                   {"kind", one.kind},
                                   {"state", one.state},
                                   {"at", one.at.text()},
                                   {"tries", one.tries},
                                   {"problem", one.problem}});
    asked->json(json::serialize(json::object{{"data", std::move(all)}}));
  });
}

void Api::bounces(const AskedPtr& asked) {
  Errors errors;
  const auto words = words_of_body(asked->request.body, {"message", "address", "reason"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  MailDesk* desk = mail_desk();
  if (desk == nullptr) return asked->fail("not_found", "This host sends no mail.");
  const std::string message = value_of(words, "message"), address = value_of(words, "address");
  if (message.empty() && address.empty())
    return asked->fail("missing_field", "Give `message` or `address`: the mail that came back, or where it went.");
  if (!address.empty() && !mail::is_address(address))
    return asked->fail("bad_email", "address is an address, such as ann@example.com.");
  const std::string reason = value_of(words, "reason");
  desk->bounced(asked->caller.tenant, {message, address, reason.empty() ? "no reason was given" : reason});
  asked->json("{}", 202);
}

void Api::send_again(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    MailDesk* desk = mail_desk();
    if (desk == nullptr || !desk->send_again(asked->caller.tenant, asked->account, asked->words.at(1)))
      return asked->fail("not_found",
                         "There is no such message, or only its reader could open it. Send the invitation again.");
    asked->json("{}", 202);
  });
}

}  // namespace florin::server
