#include "mail/bounce.hpp"

#include <gtest/gtest.h>

namespace florin::mail {
namespace {

std::string report(const std::string& recipients) {
  return "From: MAILER-DAEMON@relay.example\r\nTo: billing@callloop.example\r\nSubject: Undelivered\r\n"
         "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"b1\"\r\n\r\n"
         "--b1\r\nContent-Type: text/plain\r\n\r\nYour mail came back.\r\nStatus: 5.9.9\r\n\r\n"
         "--b1\r\nContent-Type: message/delivery-status\r\n\r\n"
         "Reporting-MTA: dns; relay.example\r\n\r\n" +
         recipients +
         "\r\n--b1\r\nContent-Type: text/rfc822-headers\r\n\r\nTo: other@example.com\r\nAction: failed\r\n"
         "Status: 5.0.0\r\nFinal-Recipient: rfc822; other@example.com\r\n\r\n--b1--\r\n";
}

TEST(Bounce, NamesWhomAMailDidNotReachForGood) {
  const auto all =
      bounced_in(report("Final-Recipient: rfc822; zoe@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                        "Diagnostic-Code: smtp; 550 5.1.1 <zoe@example.com>:\r\n  no such mailbox\r\n\r\n"
                        "Original-Recipient: rfc822;<ann@example.com>\r\nFinal-Recipient: RFC822; ann@moved.example\r\n"
                        "ACTION: Failed\r\nStatus: 5.7.1 (refused)\r\n"));
  ASSERT_EQ(all.size(), 2U) << "nobody of the headers that come behind";
  EXPECT_EQ(all[0].address, "zoe@example.com");
  EXPECT_EQ(all[0].reason, "5.1.1 smtp; 550 5.1.1 <zoe@example.com>: no such mailbox");
  EXPECT_EQ(all[1].address, "ann@example.com") << "as it was written, not where it was forwarded";
}

TEST(Bounce, WhatIsLateOrDeliveredOrNoReportNamesNobody) {
  EXPECT_TRUE(
      bounced_in(report("Final-Recipient: rfc822; zoe@example.com\r\nAction: delayed\r\nStatus: 4.4.1\r\n")).empty());
  EXPECT_TRUE(
      bounced_in(report("Final-Recipient: rfc822; zoe@example.com\r\nAction: failed\r\nStatus: 4.2.2\r\n")).empty())
      << "a mailbox that is full today";
  EXPECT_TRUE(
      bounced_in(report("Final-Recipient: rfc822; zoe@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n")).empty());
  EXPECT_TRUE(bounced_in(report("Final-Recipient: rfc822; no address\r\nAction: failed\r\nStatus: 5.1.1\r\n")).empty());
  EXPECT_TRUE(bounced_in("Subject: Out of office\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                         "Final-Recipient: rfc822; zoe@example.com\r\n")
                  .empty())
      << "what anybody may write into a mail is no report";
  EXPECT_TRUE(bounced_in("").empty());
}

}  // namespace
}  // namespace florin::mail
