#include "domain/payments/card_number.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "../../sanitized.hpp"

namespace florin {
namespace {

TEST(CardNumber, IsFoundWhereverItStands) {
  for (const char* text :
       {"4111111111111111", "card 4111 1111 1111 1111, please", "4111-1111-1111-1111", "3782 822463 10005",
        R"({"note":"5555555555554444"})",
        // Behind another number, and before one.
        "order 12 4111 1111 1111 1111", "2026-11-25 4111 1111 1111 1111", "4111 1111 1111 1111 12/29",
        // With whatever people and programs put between the groups.
        "4242.4242.4242.4242", "4242/4242/4242/4242", "4242_4242_4242_4242", "4242\t4242\t4242\t4242",
        "4242\u00a04242\u00a04242\u00a04242", "4242\u20134242\u20134242\u20134242", "4242 - 4242 - 4242 - 4242",
        "4242%204242%204242%204242", "4242+4242+4242+4242", "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2", "42424242 42424242",
        "4242\n4242\n4242\n4242", "4242&nbsp;4242&nbsp;4242&nbsp;4242", "4242&#160;4242&#xa0;4242&#32;4242",
        "&#52;242 4242 4242 424&#x32;", "4242  -  4242  -  4242  -  4242",
        // Beside letters.
        "card4242424242424242", "4242424242424242visa", "pi_4111111111111111", "4111111111111111x",
        "card_4242-4242-4242-4242_x",
        // In the digits of other scripts.
        "\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662",
        "\uff14\uff12\uff14\uff12 \uff14\uff12\uff14\uff12 \uff14\uff12\uff14\uff12 \uff14\uff12\uff14\uff12",
        // Each network.
        "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117", "30569309025904",
        "36227206271667", "3566002020360505", "6200000000000005", "6759649826438453", "+4111111111111111"})
    EXPECT_TRUE(holds_card_number(text)) << text;
}

TEST(CardNumber, IsNoIdNoTelephoneAndNoOtherNumber) {
  for (const char* text :
       {"4111111111111112", "41111111111111111111", "2026-11-25 10:00", "1700000000", "0.4111111111111111",
        "12.4111111111111111", "", "pi_3Nq4111111111111111", "GB82 WEST 1234 5698 7654 32", "DE89370400440532013000",
        "CH93 0076 2011 6238 5295 7", "+4915112345678", "+1 415 555 2671", "0049 151 1234 5678",
        "41111111-1111-1111-8111-111111111111", "114-4111111-1111111", "ORD-2026-0000041111", "4111&1111&1111&11;11",
        "a=4111&b=1111&c=1111&d=1111"})
    EXPECT_FALSE(holds_card_number(text)) << text;
}

class Chance {
 public:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::string digits(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += static_cast<char>('0' + below(10));
    return text;
  }
  std::string of(std::string_view letters, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += letters[static_cast<std::size_t>(below(static_cast<int>(letters.size())))];
    return text;
  }

 private:
  std::mt19937 random_{20261129};  // the same in each run
};

std::string with_check_digit(std::string digits) {
  for (char last = '0'; last <= '9'; ++last) {
    int sum = 0;
    const std::string whole = digits + last;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const int digit = whole[whole.size() - 1 - i] - '0';
      sum += i % 2 == 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
    }
    if (sum % 10 == 0) return whole;
  }
  return digits;
}

/// A million numbers of cards, as people and programs write them: each is found.
TEST(CardNumber, IsFoundInAMillionSamples) {
  Chance chance;
  const std::pair<const char*, int> issued[] = {{"4", 16},    {"51", 16},   {"55", 16},   {"2221", 16}, {"2720", 16},
                                                {"34", 15},   {"37", 15},   {"6011", 16}, {"65", 16},   {"300", 14},
                                                {"36", 14},   {"3528", 16}, {"62", 16},   {"62", 19},   {"67", 18},
                                                {"2201", 16}, {"508", 16},  {"4", 19}};
  const char* parts[] = {"",       "",  " ",   "-", ".", "/",      "\u00a0", "  ",   " - ",
                         "\u2011", ",", "%20", ":", "_", "&nbsp;", "&#32;",  "  -  "};
  const char* before[] = {"", "", "card ", "card", "my visa:", "No.", "\"number\":\"", "12/29 ", "#"};
  const char* behind[] = {"", "", " thanks", "x", "\"", ", exp 12/29", "!"};
  int missed = 0;
  for (int n = 0; n < test::samples(1'000'000); ++n) {
    const auto& [begins, length] = issued[static_cast<std::size_t>(chance.below(18))];
    std::string number =
        with_check_digit(begins + chance.digits(length - 1 - static_cast<int>(std::string(begins).size())));
    const std::string part = parts[static_cast<std::size_t>(chance.below(17))];
    const bool amex = length == 15 || length == 14;
    for (const std::size_t at : amex ? std::vector<std::size_t>{10, 4} : std::vector<std::size_t>{16, 12, 8, 4})
      if (at < number.size()) number.insert(at, part);
    const std::string text =
        before[static_cast<std::size_t>(chance.below(9))] + number + behind[static_cast<std::size_t>(chance.below(7))];
    if (!holds_card_number(text) && ++missed < 5) ADD_FAILURE() << text;
  }
  EXPECT_EQ(missed, 0);
}

std::string iban(Chance& chance) {
  const std::pair<const char*, int> countries[] = {{"DE", 18}, {"GB", 0},  {"FR", 23}, {"ES", 20}, {"NL", -1},
                                                   {"CH", 17}, {"BE", 12}, {"NO", 11}, {"AT", 16}, {"PL", 24}};
  const auto& [country, count] = countries[static_cast<std::size_t>(chance.below(10))];
  const std::string account = count > 0
                                  ? chance.digits(count)
                                  : chance.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 4) + chance.digits(count == 0 ? 14 : 10);
  const std::string turned = account + country + "00";
  int rest = 0;
  for (const char c : turned) rest = c >= 'A' ? (rest * 100 + (c - 'A' + 10)) % 97 : (rest * 10 + (c - '0')) % 97;
  std::string whole = country + std::string(98 - rest < 10 ? "0" : "") + std::to_string(98 - rest) + account;
  if (chance.below(2) == 0)
    for (std::size_t at = (whole.size() - 1) / 4 * 4; at > 0; at -= 4) whole.insert(at, " ");
  return whole;
}

std::string telephone(Chance& chance) {
  const char* countries[] = {"1", "44", "49", "91", "33", "34", "39", "36", "61", "81", "86", "55", "52", "62", "65"};
  const std::string country = countries[static_cast<std::size_t>(chance.below(15))];
  const std::string number = chance.digits(10);
  switch (chance.below(6)) {
    case 0: return "+" + country + number;
    case 1: return "00" + country + number;
    case 2: return country + number;
    case 3: return "+" + country + " " + number.substr(0, 3) + " " + number.substr(3, 3) + " " + number.substr(6);
    case 4: return "(" + number.substr(0, 3) + ") " + number.substr(3, 3) + "-" + number.substr(6);
    default: return "0" + number.substr(0, 3) + "/" + number.substr(3);
  }
}

std::string order_id(Chance& chance) {
  constexpr std::string_view hex = "0123456789abcdef",
                             word = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  switch (chance.below(9)) {
    case 0: return "ORD-2026" + chance.digits(4) + "-" + chance.digits(6);
    case 1: return "#" + chance.digits(10);
    case 2:
      return chance.of(hex, 8) + "-" + chance.of(hex, 4) + "-4" + chance.of(hex, 3) + "-8" + chance.of(hex, 3) + "-" +
             chance.of(hex, 12);
    case 3: return "1" + chance.digits(2) + "-" + chance.digits(7) + "-" + chance.digits(7);
    case 4: return "pi_3" + chance.of(word, 23);
    case 5: return "order_" + chance.of(word, 14);
    case 6: return "17" + chance.digits(11);  // milliseconds
    case 7: return chance.of(hex, 64);        // a hash
    default: return "INV/2026-27/" + chance.digits(7);
  }
}

/// A million IBANs, telephone numbers and ids as shops give them: none is taken for a card's number.
TEST(CardNumber, IsNotFoundInAMillionOtherNumbers) {
  Chance chance;
  int wrong = 0;
  for (int n = 0; n < test::samples(1'000'000); ++n) {
    const std::string text = n % 3 == 0 ? iban(chance) : n % 3 == 1 ? telephone(chance) : order_id(chance);
    if (holds_card_number(text) && ++wrong < 20) ADD_FAILURE() << text;
  }
  EXPECT_EQ(wrong, 0);
}

TEST(CardNumber, IsTakenOutOfAText) {
  EXPECT_EQ(without_card_numbers("a 4111 1111 1111 1111 b 5555555555554444 c"), "a [number] b [number] c");
  EXPECT_EQ(without_card_numbers("order 12 4111111111111111"), "order 12 [number]");
  EXPECT_EQ(without_card_numbers("order 12"), "order 12");
}

}  // namespace
}  // namespace florin
