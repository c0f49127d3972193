#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "mail/message.hpp"
#include "mail/smtp.hpp"
#include "mail/templates.hpp"
#include "mailer.hpp"

/// Mail against Debian's aiosmtpd: what arrives, and what becomes of it when it does not.
namespace florin {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "florin-mail-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string text(const std::string& name) const {
    std::ifstream in(path / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
  fs::path path;
};

/// The relay in a process of its own, until its input ends.
class Relay {
 public:
  Relay() {
    int in[2], out[2];
    if (::pipe(in) != 0 || ::pipe(out) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(in[0], 0), ::dup2(out[1], 1);
      ::close(in[1]), ::close(out[0]);
      ::execl("/usr/bin/python3", "python3", RELAY, folder.path.c_str(), nullptr);
      ::_exit(1);
    }
    ::close(in[0]), ::close(out[1]);
    input_ = in[1];
    FILE* said = ::fdopen(out[0], "r");
    if (said == nullptr || std::fscanf(said, "%d", &port_) != 1) port_ = 0;
    if (said != nullptr) std::fclose(said);
  }
  ~Relay() {
    ::close(input_);
    ::waitpid(process_, nullptr, 0);
  }
  mail::Relay address() const { return {.url = "smtp://127.0.0.1:" + std::to_string(port_)}; }
  Folder folder;

 private:
  pid_t process_ = 0;
  int input_ = -1, port_ = 0;
};

mail::Message message(const std::string& to) {
  return {.from_name = "Call Loop",
          .from = "billing@callloop.example",
          .reply_to = "help@callloop.example",
          .to = to,
          .subject = "Räksmörgås und eine sehr lange Betreffzeile, die gefaltet werden muss, weil sie nicht passt",
          .text = "one\n.two\nthree",
          .html = "<p>one</p>",
          .id = "callloop.42.0@callloop.example",
          .date = *Instant::parse("2026-03-10T09:00Z"),
          .attachments = {{"CL-000001.pdf", "application/pdf", "%PDF"}}};
}

mail::SendResult sent(const Relay& relay, const std::string& to) {
  return mail::send(relay.address(), "billing@callloop.example", to, *mail::bytes_of(message(to)));
}

TEST(Mail, ArrivesWithItsParts) {
  const Relay relay;
  const auto result = sent(relay, "zoe@example.com");
  ASSERT_EQ(result.sent, mail::Sent::taken) << result.problem;
  const std::string got = relay.folder.text("1.eml");
  EXPECT_NE(got.find("Date: Tue, 10 Mar 2026 09:00:00 +0000"), std::string::npos) << got;
  EXPECT_NE(got.find("Message-ID: <callloop.42.0@callloop.example>"), std::string::npos);
  EXPECT_NE(got.find("Subject: =?UTF-8?B?"), std::string::npos);
  EXPECT_NE(got.find("filename=\"CL-000001.pdf\""), std::string::npos);
  for (std::size_t from = 0, end = 0; (end = got.find("\r\n", from)) != std::string::npos; from = end + 2)
    EXPECT_LE(end - from, 998U);
}

TEST(Mail, EachAnswerOfTheRelayHasItsOutcome) {
  const Relay relay;
  const auto gone = sent(relay, "gone@example.com");
  EXPECT_EQ(gone.sent, mail::Sent::refused);
  EXPECT_TRUE(gone.of_recipient);
  EXPECT_EQ(gone.code, 550);
  EXPECT_EQ(sent(relay, "later@example.com").sent, mail::Sent::later);
  EXPECT_EQ(sent(relay, "cut@example.com").sent, mail::Sent::unknown);
  EXPECT_EQ(mail::send({.url = "smtp://127.0.0.1:1"}, "a@b.example", "c@d.example", "x").sent, mail::Sent::later);
}

// What others wrote begins no line of a header, and no command to the relay.
TEST(Mail, NobodyWritesHeadersOrCommands) {
  EXPECT_FALSE(mail::is_address("zoe@example.com>\r\nRCPT TO:<eve@example.com"));
  EXPECT_FALSE(mail::bytes_of(message("zoe@example.com\r\nBcc: eve@example.com")));
  mail::Message hostile = message("zoe@example.com");
  hostile.subject = "Hello\r\nBcc: eve@example.com";
  hostile.from_name = "X\nY: 1";
  const auto bytes = mail::bytes_of(hostile);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->find("\r\nBcc:"), std::string::npos);
  EXPECT_EQ(bytes->find("\nY: 1"), std::string::npos);
  EXPECT_EQ(mail::masked("zoe@example.com"), "z***@e***");
}

TEST(Mail, TemplatesAreCheckedBeforeTheyAreSent) {
  const fs::path shipped = fs::path(FLORIN_CONFIG) / "templates";
  EXPECT_TRUE(mail::check_templates(shipped, true).empty());
  const Folder own;
  std::ofstream(own.path / "past_due.en.txt") << "Dear {{name}},\nyou owe {{amount}}.\n";
  std::ofstream(own.path / "pastdue.en.txt") << "x\n";
  const Errors errors = mail::check_templates(own.path, false);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].at.line, 2U);
  EXPECT_NE(errors[0].message.find("'amount'"), std::string::npos);
  const auto rendered = mail::render({shipped}, "order_confirmed", {"hi"},
                                     {{"name", "<Acme>"}, {"total", "49.00 USD"}, {"invoice", "CL-000001"}});
  ASSERT_TRUE(rendered);
  EXPECT_EQ(rendered->subject, "<Acme>: your order is confirmed");
  EXPECT_NE(rendered->text.find("Invoice CL-000001 is attached."), std::string::npos);
  EXPECT_EQ(rendered->html.find("<Acme>"), std::string::npos);
}

// A language has both files or English is sent; what nobody reads is an error.
TEST(Mail, TemplatesHaveALanguage) {
  const fs::path shipped = fs::path(FLORIN_CONFIG) / "templates";
  for (const auto& [kind, words] : mail::kinds()) {
    const auto rendered = mail::render({shipped}, kind, {"hi", "de"}, {{"name", "Acme"}});
    ASSERT_TRUE(rendered) << kind;
    EXPECT_NE(rendered->html.find("<html lang=\"de\">"), std::string::npos) << kind;
  }
  const Folder own;
  std::ofstream(own.path / "past_due.hi.txt") << "x\n";
  std::ofstream(own.path / "past_due.fr.txt") << "x\n";
  const auto rendered = mail::render({own.path, shipped}, "past_due", {"hi"}, {{"name", "Acme"}});
  ASSERT_TRUE(rendered);
  EXPECT_EQ(rendered->subject, "Acme: a payment is due");
  std::string codes;
  for (const Error& error : mail::check_templates(own.path, false)) codes += error.code + " ";
  EXPECT_EQ(codes, "unknown_language missing_key missing_key ");
}

/// A host in a folder, with one account that has bought a plan.
class Mailing : public testing::Test {
 protected:
  Mailing() { open(); }
  void open() {
    auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml",
                            .data = (data_.path / "journal").string(),
                            .virtual_from = *Instant::parse("2026-03-10T09:00Z")});
    EXPECT_TRUE(host) << (host ? "" : host.error().message);
    host_.emplace(*std::move(host));
    papers_.emplace(*host_);
    mailer_.emplace(*host_, *papers_,
                    server::MailOptions{.relay = relay_.address(),
                                        .files = {},
                                        .from = "billing@callloop.example",
                                        .base_url = "http://127.0.0.1",
                                        .templates = {fs::path(FLORIN_CONFIG) / "templates"}});
  }
  void close() {
    mailer_.reset();
    papers_.reset();
    host_.reset();
  }
  void ask(const std::string& key, const std::string& command, const Actor& who = {"owner", "zoe"}) {
    const auto done = host_->submit_json(callloop, zoe, who, key, command);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_FALSE(done->refusal) << done->refusal->text;
  }
  void buy(const std::string& email) {
    ask("open", R"({"open_account": {"billing_country": "US", "personal_data": {"name": "Zoe", "email": ")" + email +
                    R"("}}})");
    ask("card", R"({"add_payment_method": {"method": "card", "slot": "primary",
                    "details": {"token": "ok", "brand": "visa", "last4": "4242"}}})");
    ask("sub", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
    host_->run_until(host_->now());
    ASSERT_TRUE(host_->wait_for_payments(callloop, zoe, seconds(20)));
  }
  void buy_credits(const std::string& key, const std::string& amount = "100 message") {
    ask(key, R"({"buy_credits": {"amount": ")" + amount + R"("}})");
    host_->run_until(host_->now());
    ASSERT_TRUE(host_->wait_for_payments(callloop, zoe, seconds(20)));
  }
  std::string state() { return mailer_->items(callloop).empty() ? "" : mailer_->items(callloop).back().state; }

  const TenantId callloop = *TenantId::parse("callloop");
  const AccountId zoe = *AccountId::parse("zoe");
  Folder data_;
  Relay relay_;
  std::optional<Host> host_;
  std::optional<Papers> papers_;
  std::optional<server::Mailer> mailer_;
};

TEST_F(Mailing, AnOrderIsConfirmedOnceWithItsInvoice) {
  EXPECT_EQ(mailer_->run(host_->now()), 0U);
  buy("zoe@example.com");
  EXPECT_EQ(mailer_->run(host_->now()), 1U);
  EXPECT_EQ(mailer_->run(host_->now()), 0U);
  EXPECT_NE(relay_.folder.text("1.eml").find("CL-000001.pdf"), std::string::npos);
  close();
  open();
  EXPECT_EQ(mailer_->run(host_->now()), 0U);
  EXPECT_EQ(state(), "sent");
  EXPECT_EQ(relay_.folder.files(), 1U);
}

TEST_F(Mailing, IsWrittenInTheLanguageOfItsReader) {
  mailer_->run(host_->now());
  buy("zoe@example.com");
  ask("german", R"({"set_billing": {"personal_data": {"language": "de"}}})");
  buy_credits("more");
  mailer_->run(host_->now());
  const std::string mail = relay_.folder.text("2.eml");
  EXPECT_NE(mail.find("Subject: =?UTF-8?B?Q2FsbCBMb29wOiBJaHJlIEJlc3RlbGx1bmcgaXN0IGJlc3TDpHRpZ3Q=?="),
            std::string::npos)
      << "Call Loop: Ihre Bestellung ist bestätigt";
  EXPECT_NE(mail.find("VmllbGVuIERhbmsuIElocmUgWmFobHVuZyDDvGJlciA0LDkwIFVTRCBpc3QgZWluZ2VnYW5nZW4u"),
            std::string::npos)
      << "Vielen Dank. Ihre Zahlung über 4,90 USD ist eingegangen.";
  buy_credits("large", "40000 message");
  mailer_->run(host_->now());
  EXPECT_NE(relay_.folder.text("3.eml").find("VmllbGVuIERhbmsuIElocmUgWmFobHVuZyDDvGJlciAxLjk2MCwwMCBV"),
            std::string::npos)
      << "Vielen Dank. Ihre Zahlung über 1.960,00 USD ist …, and not 1960,00";
}

TEST_F(Mailing, WhatCannotBeSentNowIsTriedLater) {
  mailer_->run(host_->now());
  buy("later@example.com");
  EXPECT_EQ(mailer_->run(host_->now()), 0U);
  EXPECT_EQ(state(), "waiting");
  ask("moved", R"({"set_billing": {"personal_data": {"email": "zoe@example.com"}}})", {"staff", "ann"});
  EXPECT_EQ(mailer_->run(host_->now() + seconds(30)), 0U);
  EXPECT_EQ(mailer_->run(host_->now() + minutes(2)), 1U);
}

TEST_F(Mailing, WhoIsGoneOrHasNoAddressIsShown) {
  mailer_->run(host_->now());
  buy("gone@example.com");
  mailer_->run(host_->now());
  EXPECT_EQ(state(), "undeliverable");
  EXPECT_EQ(mailer_->run(host_->now() + hours(24)), 0U);
}

TEST_F(Mailing, AnAddressThatRefusedIsNotAskedAgainAlsoAfterARestart) {
  mailer_->run(host_->now());
  buy("gone@example.com");
  mailer_->run(host_->now());
  EXPECT_TRUE(mailer_->items(callloop).back().problem.starts_with("550")) << mailer_->items(callloop).back().problem;
  close();
  open();
  buy_credits("more");
  EXPECT_EQ(mailer_->run(host_->now()), 0U);
  const auto next = mailer_->items(callloop).back();
  EXPECT_EQ(next.state, "undeliverable");
  EXPECT_TRUE(next.problem.starts_with("mail to this address came back: 550")) << next.problem;
  ask("moved", R"({"set_billing": {"personal_data": {"email": "zoe@example.com"}}})", {"staff", "ann"});
  ASSERT_TRUE(mailer_->send_again(callloop, zoe, next.id));
  EXPECT_EQ(mailer_->run(host_->now()), 1U) << "another address is another mailbox";
}

TEST_F(Mailing, WhatCameBackIsShownAndStaffMayInsist) {
  mailer_->run(host_->now());
  buy("zoe@example.com");
  EXPECT_EQ(mailer_->run(host_->now()), 1U);
  const std::string id = mailer_->items(callloop).back().id;
  mailer_->bounced(callloop, {"<" + id + "@callloop.example>", "", "5.1.1 mailbox is full of nothing"});
  mailer_->run(host_->now());
  EXPECT_EQ(state(), "undeliverable");
  EXPECT_NE(mailer_->items(callloop).back().problem.find("5.1.1"), std::string::npos);
  buy_credits("more");
  EXPECT_EQ(mailer_->run(host_->now()), 0U);
  EXPECT_EQ(state(), "undeliverable");
  ASSERT_TRUE(mailer_->send_again(callloop, zoe, id));
  EXPECT_EQ(mailer_->run(host_->now()), 1U);
  buy_credits("again");
  EXPECT_EQ(mailer_->run(host_->now()), 1U) << "the relay took it: the address works";
  mailer_->bounced(callloop, {"", "ZOE@example.com", "complained"});
  buy_credits("last");
  EXPECT_EQ(mailer_->run(host_->now()), 0U);
}

}  // namespace
}  // namespace florin
