/// What looks like a person in a text that stays for good.
#include "host/person_shapes.hpp"

#include <gtest/gtest.h>

namespace florin {
namespace {

bool shows_person(std::string_view text) { return shape_of_person(text) || holds_telephone(text); }

// Shows ALL-10
TEST(PersonShapes, NamesNumbersAndStreetsAreSeenThoughNobodyIsKnown) {
  for (const char* text :
       {"Grace Hopper called", "please ask Mrs. O'Brien", "Dr. Smith paid", "my name is Zaphod Beeblebrox",
        "for Amy Pond", "PAID BY MARIA SMITH", "Herr Özil", "Madame Élise", "Ivan Петров", "call +49 170 1234567",
        "+91-98765-43210", "(+1 (415) 555-0132)", "tel. 0170 1234567", "phone number is 98765 43210", "12 Main Street",
        "221B Baker St", "Hauptstraße 5"})
    EXPECT_TRUE(shows_person(text)) << text;
}

// Refutes ALL-10: a text about money taken for a person
TEST(PersonShapes, TextsAboutMoneyNameNobody) {
  for (const char* text : {"",
                           "duplicate charge",
                           "grace period",
                           "Grace Period ends",
                           "Bill Payment is late",
                           "Dr Cash Cr Revenue",
                           "Mark Paid",
                           "Credit Note",
                           "GOOD WILL",
                           "12 messages",
                           "+12 messages",
                           "+1000000 messages",
                           "+10,000,000,000",
                           "order 20260310123456",
                           "+INV-000123",
                           "pay_29QQoUBi66xm2f",
                           "DE89 3704 0044 0532 0130 00",
                           "2026-03-10T12:00:00+00:00",
                           "topup-0170123456789",
                           "2 licences too many",
                           "Mr",
                           "my name",
                           "grace hopper",
                           "phone is broken since 2026",
                           "the phone 3 of 4",
                           "\xff\xfe",
                           "12 Road",
                           "n1",
                           "+",
                           "+4"})
    EXPECT_FALSE(shows_person(text)) << text;
}

// What it takes grows with the text alone: 2,000 characters of any kind are read at once.
TEST(PersonShapes, LongTextsOfEachKindAreReadToTheirEnd) {
  for (const char* part : {"+4", "Mr ", "12 Main ", "tel no ", "+49 ", "Amy ", "my name is ", "@a.", "\xc3"}) {
    std::string text;
    while (text.size() < 8'000) text += part;
    (void)shows_person(text);
    EXPECT_TRUE(shape_of_person(text + ", Grace Hopper")) << part;
  }
}

}  // namespace
}  // namespace florin
