/// The bytes of the journal. golden/v1.journal has one entry for every kind of fact and command, every field filled; a
/// line is its kind, its name and its bytes in hex. Released lines never change: a new kind is appended by
/// `FLORIN_WRITE_GOLDEN=1 build/bin/unit_domain --gtest_filter='Golden.*'`, which leaves the lines that are there. A
/// released shape that grows at its end gets a line of its own in v2.journal; its v1 line must then still be read, with
/// the new field at its default.
#include "domain/journal/journal.hpp"
#include "domain/journal/outline.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "../../sanitized.hpp"
#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"
#include "domain/journal/names.hpp"
#include "world.hpp"

namespace florin::test {
namespace {

/// Gives every field a value of its own that is not its default.
struct Filler {
  std::int64_t n = 0;

  std::string word() { return "w" + std::to_string(++n); }

  template <class T>
  void fill(T& value) {
    using namespace codec::detail;
    if constexpr (std::is_same_v<T, bool>) {
      value = !value;
    } else if constexpr (std::is_enum_v<T>) {
      value = value == static_cast<T>(1) ? static_cast<T>(2) : static_cast<T>(1);
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(1000 + ++n);
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = word();
    } else if constexpr (IsId<T>::value) {
      value = T::trusted(word());
    } else if constexpr (IsNumber<T>::value) {
      value = {static_cast<std::uint32_t>(++n)};
    } else if constexpr (std::is_same_v<T, Credits>) {
      value = {-(++n) * 1'000'000'000'000};
    } else if constexpr (std::is_same_v<T, Instant> || std::is_same_v<T, Duration>) {
      value = {1'800'000'000'000'000 + ++n};
    } else if constexpr (std::is_same_v<T, Money>) {
      value = {-(100 + ++n), Currency::trusted({'K', 'W', 'D'}, 3)};
    } else if constexpr (std::is_same_v<T, UnitPrice>) {
      value = {{++n, 10'000}, Currency::trusted({'K', 'W', 'D'}, 3)};
    } else if constexpr (std::is_same_v<T, Span>) {
      value = {Span::Unit::months, static_cast<std::int32_t>(++n)};
    } else if constexpr (std::is_same_v<T, Quantity>) {
      value = {++n, word()};
    } else if constexpr (std::is_same_v<T, CreditAmount>) {
      value = {{++n, 4}, CreditType::trusted(word())};
    } else if constexpr (std::is_same_v<T, TakesOff>) {
      value = {{++n, 4}, {-(100 + ++n), Currency::trusted({'K', 'W', 'D'}, 3)}};
    } else if constexpr (IsVector<T>::value) {
      value.resize(2);
      for (auto& item : value) fill(item);
    } else if constexpr (IsOptional<T>::value) {
      fill(value.emplace());
    } else if constexpr (IsApart<T>::value) {
      fill(*value);
    } else if constexpr (IsShared<T>::value) {
      std::vector<typename T::value_type> list;
      fill(list);
      value = std::move(list);
    } else {
      boost::mp11::mp_for_each<Members<T>>([&](auto member) { fill(value.*member.pointer); });
    }
  }
};

Entry an_entry() {
  Entry entry;
  Filler filler{9000};
  filler.fill(entry.tenant);
  filler.fill(entry.account);
  filler.fill(entry.actor);
  filler.fill(entry.key);
  filler.fill(entry.asked_at);
  filler.fill(entry.at);
  filler.fill(entry.catalog);
  filler.fill(entry.refusal);
  entry.command = FallDue{};
  return entry;
}

std::string bytes_of(const Entry& entry) {
  std::string bytes;
  journal::write(bytes, entry);
  return bytes;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    for (const int half : {static_cast<unsigned char>(c) >> 4, c & 15})
      text.push_back("0123456789abcdef"[static_cast<std::size_t>(half)]);
  return text;
}

std::string unhex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return bytes;
}

/// What the golden file has, or would have: kind and name to an entry.
std::map<std::string, std::string> made_now() {
  std::map<std::string, std::string> lines;
  boost::mp11::mp_for_each<boost::mp11::mp_iota_c<std::variant_size_v<Fact>>>([&](auto i) {
    std::variant_alternative_t<i, Fact> fact{};
    Filler{100}.fill(fact);
    Entry entry = an_entry();
    entry.facts.emplace_back(fact);
    lines["fact " + std::string(word_of<decltype(fact)>())] = bytes_of(entry);
  });
  boost::mp11::mp_for_each<boost::mp11::mp_iota_c<std::variant_size_v<AnyCommand>>>([&](auto i) {
    std::variant_alternative_t<i, AnyCommand> command{};
    Filler{500}.fill(command);
    Entry entry = an_entry();
    entry.command = command;
    lines["command " + std::string(word_of<decltype(command)>())] = bytes_of(entry);
  });
  return lines;
}

const std::string golden_file = FLORIN_GOLDEN "/v1.journal", grown_file = FLORIN_GOLDEN "/v2.journal";

/// Kind and name to an entry; of a shape that grew more than once, the last one.
std::map<std::string, std::string> golden(const std::string& path) {
  std::map<std::string, std::string> lines;
  std::ifstream file(path);
  for (std::string kind, name, bytes; file >> kind >> name >> bytes;) lines[kind + " " + name] = unhex(bytes);
  return lines;
}

void write_golden(const std::map<std::string, std::string>& now) {
  const auto released = golden(golden_file), grown = golden(grown_file);
  std::ofstream added(golden_file, std::ios::app), again(grown_file, std::ios::app);
  for (const auto& [name, bytes] : now) {
    const auto first = released.find(name), last = grown.find(name);
    if (first == released.end())
      added << name << ' ' << hex(bytes) << '\n';
    else if ((last == grown.end() ? first->second : last->second) != bytes)
      again << name << ' ' << hex(bytes) << '\n';
  }
}

TEST(Golden, EveryKindIsThereAndReadAndWrittenAsEver) {
  const auto now = made_now();
  if (std::getenv("FLORIN_WRITE_GOLDEN") != nullptr) write_golden(now);
  const auto released = golden(golden_file), grown = golden(grown_file);
  EXPECT_EQ(released.size(), std::variant_size_v<Fact> + std::variant_size_v<AnyCommand>);
  for (const auto& [name, bytes] : now) {
    ASSERT_TRUE(released.contains(name)) << name << " is not in " << golden_file;
    const auto before = journal::read(released.at(name));
    ASSERT_TRUE(before) << name;
    ASSERT_EQ(before->size(), 1U) << name;
    const std::string& last = grown.contains(name) ? grown.at(name) : released.at(name);
    const auto entries = journal::read(last);
    ASSERT_TRUE(entries) << name;
    ASSERT_EQ(entries->size(), 1U) << name;
    EXPECT_EQ(hex(bytes_of(entries->front())), hex(last)) << name;
    EXPECT_EQ(hex(bytes), hex(last)) << name << " is read to other values";
  }
}

TEST(Codec, SkipsWhatItDoesNotKnowAndDefaultsWhatIsMissing) {
  std::string bytes;
  {
    codec::Writer out(bytes);
    out.sized([&] {  // a later AccountOpened
      out.text("IN");
      out.text("KA");
      out.unsigned_number(1);
      out.text("a field of the next release");
    });
    out.sized([&] { out.unsigned_number(7); });  // an earlier Grant, of which only the id was known
    out.text("what follows");
  }
  codec::Reader in(bytes);
  const auto opened = codec::read<AccountOpened>(in);
  EXPECT_EQ(opened.billing_state, "KA");
  EXPECT_TRUE(opened.personal_data_sealed);
  const auto grant = codec::read<Grant>(in);
  EXPECT_EQ(grant.id, GrantId{7});
  EXPECT_EQ(grant.over, GrantOver::working);
  EXPECT_FALSE(grant.ends_at);
  EXPECT_EQ(in.text(), "what follows");
  EXPECT_TRUE(in.empty());
}

TEST(Codec, NumbersToTheirLimits) {
  for (const std::int64_t n :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{-64}, INT64_MAX, INT64_MIN}) {
    std::string bytes;
    codec::Writer(bytes).number(n);
    codec::Reader in(bytes);
    EXPECT_EQ(in.number(), n);
    EXPECT_TRUE(in.empty());
  }
  EXPECT_THROW(codec::Reader(std::string(11, '\xff')).unsigned_number(), codec::Damaged);
}

TEST(Codec, WhatAFieldCannotHoldIsAnErrorAndNotCutToSize) {
  const auto read_as = [](auto of, std::uint64_t n) {
    std::string bytes;
    codec::Writer(bytes).unsigned_number(n);
    codec::Reader in(bytes);
    return codec::read<decltype(of)>(in);
  };
  EXPECT_EQ(read_as(std::uint32_t{}, UINT32_MAX), UINT32_MAX);
  EXPECT_THROW(read_as(std::uint32_t{}, std::uint64_t{UINT32_MAX} + 1), codec::Damaged);
  EXPECT_THROW(read_as(OrderId{}, std::uint64_t{1} << 32), codec::Damaged);
}

TEST(Codec, ACurrencyIsThreeLettersOrNone) {
  const auto money = [](std::string_view code) {
    std::string bytes;
    {
      codec::Writer out(bytes);
      out.number(4900);
      out.text(code);
      out.unsigned_number(2);
    }
    codec::Reader in(bytes);
    return codec::read<Money>(in);
  };
  EXPECT_EQ(money("USD").text(), "49.00 USD");
  EXPECT_EQ(money("").currency(), Currency());
  // A first byte of zero had read as an amount without a currency, which may be added to any.
  for (const std::string_view code : {std::string_view("\0SD", 3), std::string_view("usd"), std::string_view("US"),
                                      std::string_view("U\x01"
                                                       "D"),
                                      std::string_view("USDT")})
    EXPECT_THROW(money(code), codec::Damaged) << code;
}

TEST(Codec, EveryTruncationIsAnError) {
  for (const auto& [name, bytes] : made_now())
    for (std::size_t size = 1; size < bytes.size(); ++size)
      ASSERT_FALSE(journal::read(std::string_view(bytes).substr(0, size))) << name << " cut at " << size;
}

TEST(Codec, FlippedBitsNeverCrash) {
  std::string row;
  for (const auto& [name, bytes] : made_now()) row += bytes;
  std::mt19937 random(7);
  int errors = 0;
  for (int i = 0; i < samples(2000); ++i) {
    std::string damaged = row;
    damaged[random() % damaged.size()] ^= static_cast<char>(1U << (random() % 8));
    const auto entries = journal::read(damaged);
    if (!entries) {
      EXPECT_EQ(entries.error().code, "damaged_row");
      ++errors;
      continue;
    }
    for (const Entry& entry : *entries) (void)bytes_of(entry);  // other values, but values
  }
  EXPECT_GT(errors, samples(200));
}

/// 4,294,967,295 orders were given out, says a damaged checkpoint, and all but the last lie in pages. Wrong: room for a
/// thousand million pages.
TEST(Codec, AClaimOfPagesIsBounded) {
  Account account;
  account.last_order = account.last_grant = 4'294'967'295;
  const std::string whole = journal::write(account);
  for (const auto& [orders, grants] : {std::pair(1'073'741'823U, 0U), {0U, 536'870'911U}, {1'048'577U, 0U}}) {
    std::string claims = whole;
    codec::Writer out(claims);
    out.unsigned_number(orders);
    out.unsigned_number(grants);
    out.unsigned_number(1);
    for (const auto& code :
         {journal::read_account(claims).error().code, journal::read_beside_pages(claims).error().code})
      EXPECT_EQ(code, "damaged_checkpoint") << orders << " and " << grants;
  }
}

TEST(Codec, AClaimedCountAllocatesNothing) {
  std::string bytes;
  codec::Writer(bytes).unsigned_number(1 << 24);
  bytes += std::string(1 << 24, '\xff');  // as many bytes, so that the count is believable; orders of 16 GB
  codec::Reader in(bytes);
  EXPECT_THROW(codec::read<std::vector<Order>>(in), codec::Damaged);
}

TEST(Codec, AKindOfTheNextReleaseIsAnError) {
  std::string bytes;
  codec::Writer(bytes).unsigned_number(std::variant_size_v<Fact>);
  codec::Reader in(bytes);
  EXPECT_THROW(codec::read<Fact>(in), codec::Damaged);
}

TEST(Outlines, SayOfEveryEntryWhatTheWholeSays) {
  std::string row;
  for (const auto& [name, bytes] : made_now()) row += bytes;
  const auto entries = journal::read(row);
  const auto outlines = journal::outlines(row, entries->size());
  ASSERT_TRUE(outlines);
  ASSERT_EQ(outlines->size(), entries->size());
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const journal::Outline& outline = (*outlines)[i];
    EXPECT_EQ(outline.tenant, (*entries)[i].tenant.text());
    EXPECT_EQ(outline.account, (*entries)[i].account.text());
    EXPECT_EQ(outline.at, (*entries)[i].at);
    EXPECT_EQ(outline.bytes, bytes_of((*entries)[i]));
  }
  EXPECT_FALSE(journal::outlines(row, entries->size() - 1)) << "more than there should be";
  EXPECT_FALSE(journal::outlines(std::string_view(row).substr(0, row.size() - 1), entries->size())) << "cut off";
}

TEST(Names, AreTheTypesInLowerCase) {
  EXPECT_EQ(word_of<BuyCredits>(), "buy_credits");
  EXPECT_EQ(word_of<Use>(), "use");
  EXPECT_EQ(word_of<SetAddOn>(), "set_add_on");
  EXPECT_EQ(word_of<InvoiceIssued>(), "invoice_issued");
  std::map<std::string, int> words;
  for (const auto& [name, bytes] : made_now()) ++words[name];
  EXPECT_EQ(words.size(), std::variant_size_v<Fact> + std::variant_size_v<AnyCommand>);  // no two alike
}

}  // namespace
}  // namespace florin::test
