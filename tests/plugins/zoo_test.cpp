#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "../sanitized.hpp"
#include "folder.hpp"

// Plugins that are wrong in one way each (zoo/zoo.cpp), isolated: each is refused with a sentence, or ends its own
// process only. Whoever reads a failure: what it says of the plugin is what an operator reads.
namespace florin {
namespace {

using test::Folder;

/// What was said aloud while a test ran.
struct Alarms {
  std::mutex mutex;
  std::vector<std::string> lines;
  std::function<void(const std::string&)> take() {
    return [this](const std::string& line) {
      const std::lock_guard lock(mutex);
      lines.push_back(line);
    };
  }
};

class Zoo : public testing::Test {
 protected:
  /// Where a kernel or a container forbids containment there is nothing to try, and plugins of others are refused.
  void SetUp() override {
    if (test::sanitized) GTEST_SKIP() << test::no_isolation;
    Folder own;
    own.with("zoo");
    const auto made = PluginLibrary::open(own.places())->credit_policy("zoo", {.tenant = "acme", .config_json = "{}"});
    if (!made && made.error().at(0).code == "cannot_isolate") GTEST_SKIP() << made.error().at(0).message;
  }
  PluginLibrary open(const std::string& file = "zoo") {
    folder.with(file);
    PluginPlaces places = folder.places();
    places.alarm = alarms.take();
    places.limits.faults = 1'000;  // a new one for each way would take longer
    places.limits.decide = seconds(5);
    places.limits.operate = seconds(5);
    return *PluginLibrary::open(places);
  }
  static PluginSetup setup(const std::string& way) {
    return {.tenant = "acme", .config_json = R"({"way": ")" + way + R"("})"};
  }
  static Moment moment() {
    Moment now{
        .kind = MomentKind::period_ended, .reason = PeriodEnd::renewal, .at = *Instant::parse("2026-03-10T09:00Z")};
    now.plan = "growth";
    Grant grant{.id = {7}, .type = *CreditType::parse("sms")};
    grant.granted = grant.remaining = {100};
    now.grants.push_back(grant);
    return now;
  }
  /// What the plugin is told for a way: empty when its answer is taken.
  static std::string policy(const PluginLibrary& library, const std::string& way, const std::string& id = "zoo") {
    auto made = library.credit_policy(id, setup(way));
    if (!made) return made.error().at(0).code + ": " + made.error().at(0).message;
    made->knows({*CreditType::parse("sms")});
    const auto answer = made->decide(moment());
    return answer ? std::string() : answer.error().code + ": " + answer.error().message;
  }
  static std::string processor(const PluginLibrary& library, const std::string& way) {
    const auto made = library.processor("zoo", setup(way));
    if (!made) return made.error().at(0).code + ": " + made.error().at(0).message;
    const auto step = made->step(
        {.key = "k1", .payment_key = "k1", .amount = *Money::parse("49.00 USD"), .method = "card", .method_ref = "t"},
        {});
    return step ? std::string() : step.error().code + ": " + step.error().message;
  }

  Folder folder;
  Alarms alarms;
};

struct Case {
  const char* way;
  const char* told;  ///< is in what is told; empty: it is taken
};

void expect_told(const Case& one, const std::string& told) {
  if (*one.told == '\0')
    EXPECT_EQ(told, "") << one.way;
  else
    EXPECT_NE(told.find(one.told), std::string::npos) << one.way << ": " << told;
}

TEST_F(Zoo, WhatCrashesEndsItsOwnProcessOnly) {
  const auto library = open();
  const Case cases[] = {{"writes_null", "was ended by SIGSEGV in decide"},
                        {"stack_overflow", "was ended by SIGSEGV in decide"},
                        {"abort", "was ended by SIGABRT in decide"},
                        {"divides_by_zero", "was ended by SIGFPE in decide"},
                        {"traps_left_on", "was ended by SIGFPE in decide"},
                        {"illegal", "was ended by SIGILL in decide"},
                        {"exit", "ended by itself, with code 0 in decide"},
                        {"exit_at_once", "ended by itself, with code 0 in decide"},
                        {"answers_nowhere", "was ended by SIGSEGV in decide"},
                        {"overruns_arena", "was ended by SIGSEGV in decide"},
                        {"list_nowhere", "was ended by SIGSEGV in decide"},
                        {"stride_wild", "was ended by SIGSEGV in decide"},
                        {"text_nowhere", "was ended by SIGSEGV in decide"},
                        {"abort_in_create", "was ended by SIGABRT in create"},
                        {"throw_in_create", "threw an exception out of create"},
                        {"throw_in_query", "threw an exception out of query"},
                        {"silent_create", "was not made and says no reason"},
                        {"claimed_and_absent", "does not offer florin.credit_policy/1"},
                        {"small_table", "without a function that each of its kind has"},
                        {"problem_of_two_lines", "create_failed: no  [2Jgood"},
                        {"abort_in_destroy", ""},
                        {"writes_its_input", ""},
                        {"frees_twice", "was ended by SIGABRT in decide"},
                        {"frees_its_input", "was ended by SIGABRT in decide"},
                        {"looks_around", ""},
                        {"rounds_upward", ""},
                        {"takes_what_it_may", ""},
                        {"throws", "threw an exception out of decide"},
                        {"leaks", "threw an exception out of decide"}};
  for (const Case& one : cases) expect_told(one, policy(library, one.way));
  EXPECT_EQ(policy(library, "good"), "") << "it is started again and answers";
}

TEST_F(Zoo, WhatMakesASystemCallIsEndedByItsName) {
  const auto library = open();
  const Case cases[] = {{"socket", "called socket in decide"},
                        {"reads_shadow", "called openat in decide"},
                        {"writes_file", "called openat in decide"},
                        {"forks", "called clone"},
                        {"thread", "called "},
                        {"executes", "called execve in decide"},
                        {"chdir", "called chdir in decide"},
                        {"umask", "called umask in decide"},
                        {"unlinks", "called unlink in decide"},
                        {"kills_itself", "called kill in decide"},
                        {"kills_the_host", "called "},
                        {"sleeps", "called clock_nanosleep in decide"},
                        {"ignores_signals", "called rt_sigaction in decide"},
                        {"closes", "called close in decide"},
                        {"random", "called getrandom in decide"},
                        {"asks_the_time", "called clock_gettime in decide"},
                        {"sets_a_timer", "called alarm in decide"},
                        {"yields", "called sched_yield in decide"},
                        {"closes_its_socket", "called shutdown in decide"},
                        {"makes_code", "called mmap in decide"},
                        {"traces", "called ptrace in decide"},
                        {"prctl", "called prctl in decide"},
                        {"raises_its_limits", "called prlimit64 in decide"},
                        {"locale", "called openat in decide"},
                        {"prints", "called "}};
  for (const Case& one : cases) expect_told(one, policy(library, one.way));
  const auto figures = library.figures();
  ASSERT_EQ(figures.size(), 0U) << "the last instance took its runner with it";
}

TEST_F(Zoo, TheClockIsHiddenAlsoWhereTheKernelIsNotAsked) {
#if defined(__x86_64__)
  const auto library = open();
  for (const char* way : {"reads_the_clock", "reads_the_second", "counts_cycles"})
    expect_told({way, "called clock_gettime in decide"}, policy(library, way));
  EXPECT_EQ(policy(library, "good"), "") << "it is started again and answers";
#endif
}

// The socket is the one thing that a plugin may write to. What it says there is about itself.
TEST_F(Zoo, WhoForgesAnswersIsHeldToThem) {
  folder.with("zoo");
  PluginPlaces places = folder.places();
  places.limits.faults = 1'000;
  places.limits.decide = {300'000};
  const auto library = *PluginLibrary::open(places);
  auto other = library.credit_policy("zoo", {.tenant = "other", .config_json = R"({"way": "good"})"});
  ASSERT_TRUE(other);
  other->knows({*CreditType::parse("sms")});
  const Case cases[] = {{"forges_an_answer", "bytes that cannot be"},
                        {"floods_the_host", "bytes that cannot be"},
                        {"steals_the_question", "took too long to answer decide"},
                        {"hangs_at_its_end", "took too long to answer decide"},
                        {"jumps_away", "was ended by SIG"}};
  for (const Case& one : cases) {
    expect_told(one, policy(library, one.way));
    EXPECT_TRUE(other->decide(moment())) << "another tenant's, meanwhile: " << one.way;
  }
}

TEST_F(Zoo, WhatWorksForAWhileIsStartedAgain) {
  const auto library = open();
  auto made = library.credit_policy("zoo", setup("works_three_times"));
  ASSERT_TRUE(made);
  made->knows({*CreditType::parse("sms")});
  int failed = 0;
  for (int i = 0; i < 12; ++i) failed += made->decide(moment()) ? 0 : 1;
  EXPECT_EQ(failed, 3) << "each fourth call ends its process, and the next one starts it again";
  EXPECT_EQ(alarms.lines.size(), 3U);
}

TEST_F(Zoo, OtherDoorsToTheKernelAreShutToo) {
  const auto library = open();
  for (const char* name :
       {"memfd_create", "io_uring_setup", "bpf",    "userfaultfd", "perf_event_open", "keyctl",
        "unshare",      "setuid",         "shmget", "pidfd_open",  "personality",     "sched_setaffinity",
        "timer_create", "pipe2",          "dup",    "sendmsg",     "mount",           "seccomp",
        "vfork",        "mprotect"})
    expect_told({name, (std::string("called ") + name + " in decide").c_str()},
                policy(library, std::string("calls_") + name));
  // It finds out whose child it is first.
  expect_told({"process_vm_readv", "called "}, policy(library, "calls_process_vm_readv"));
#if defined(__x86_64__)
  for (const char* way : {"calls_x32", "calls_int80"}) expect_told({way, " in decide"}, policy(library, way));
#endif
  EXPECT_EQ(policy(library, "good"), "") << "it is started again and answers";
}

TEST_F(Zoo, WhatAWebhookIsAnsweredWithIsTextOfTwoHundred) {
  const auto library = open();
  const Case cases[] = {{"says_ok", ""},
                        {"says_moved", "a status of 302 to a webhook that it takes"},
                        {"says_nothing_of_status", "a status of 0 to a webhook that it takes"},
                        {"says_much", "more than 4096 bytes to a webhook"},
                        {"says_escapes", "a control character"},
                        {"says_another_header", "a control character"},
                        {"says_it_too_small", "a struct that is too small"},
                        {"says_bytes", "is not UTF-8"},
                        {"says_nowhere", "was ended by SIGSEGV in webhook"}};
  for (const Case& one : cases) {
    const auto made = library.processor("zoo", setup(one.way));
    ASSERT_TRUE(made) << one.way;
    const auto heard = made->webhook({.body = "{}", .headers = {}, .received_at = {}}, {});
    expect_told(one, heard ? std::string() : heard.error().message);
    if (heard) {
      EXPECT_EQ(heard->answer.body, "OK");
    }
  }
}

TEST_F(Zoo, WhatNeverAnswersIsEndedAtItsDeadline) {
  folder.with("zoo");
  PluginPlaces places = folder.places();
  places.alarm = alarms.take();
  places.limits.decide = {50'000};
  const auto library = *PluginLibrary::open(places);
  for (const char* way : {"loops", "stops"}) {
    const auto before = std::chrono::steady_clock::now();
    expect_told({way, "took too long to answer decide"}, policy(library, way));
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10)) << way;
  }
}

TEST_F(Zoo, APolicysAnswerIsHeldToWhatCanBe) {
  const auto library = open();
  const Case cases[] = {{"good", ""},
                        {"no_answer", "gave no answer to decide"},
                        {"greedy", "wants more than 16 MiB"},
                        {"too_small", "a struct that is too small"},
                        {"list_null", "a list that cannot be"},
                        {"four_billion", "a list that cannot be"},
                        {"stride_zero", "a list that cannot be"},
                        {"text_endless", "a text that cannot be"},
                        {"text_long", "longer than 200 bytes"},
                        {"no_units", "without units"},
                        {"owes_units", "without units"},
                        {"all_units", "a grant that is below 0 or above 10^15"},
                        {"unobtainium", "credits of type 'unobtainium', which this tenant does not have"},
                        {"bad_type", "without a type"},
                        {"many_issues", "more than 64 grants"},
                        {"ended_already", "an end that is not after the moment"},
                        {"ends_with_what_is_over", "an end with the period, which is the one that is over"},
                        {"moves_to_what_is_over", "an end with the period, which is the one that is over"},
                        {"refuses_the_end", "a refusal of what nobody asks"},
                        {"ends_in_ages", "more than 100 years"},
                        {"ends_never_said", "an end that is not known"},
                        {"strange_source", "a source that is not known"},
                        {"strange_kind", "a decision that is not known"},
                        {"strange_unit", "a unit that is not known"},
                        {"strange_grant", "a grant that the moment does not hold"},
                        {"two_words", "two decisions on one grant"},
                        {"refuses_without_rule", "a refusal without a rule"},
                        {"not_utf8", "is not UTF-8"},
                        {"escapes", "a control character"},
                        {"forges_a_line", "a control character"},
                        {"turns_the_text", "a control character"},
                        {"quotes_a_card", "a card's number"}};
  for (const Case& one : cases) expect_told(one, policy(library, one.way));
  EXPECT_TRUE(alarms.lines.empty()) << alarms.lines.front();
}

TEST_F(Zoo, ATaxIsAShareOfThePrice) {
  const auto library = open();
  const Case cases[] = {{"good", ""},
                        {"above_all", "no share of the price"},
                        {"below_nothing", "no share of the price"},
                        {"by_zero", "no share of the price"},
                        {"other_line", "a line that the sale does not have"},
                        {"no_name", "a tax without a name"},
                        {"name_of_two_lines", "a control character"},
                        {"twice", "the tax 'VAT 19%' twice on one line"},
                        {"sum_above_all", "more than the whole price of a line"},
                        {"many_rates", "more than 256 rates"},
                        {"refuses_without_rule", "a refusal without a rule"},
                        {"abort", "was ended by SIGABRT in taxes"}};
  for (const Case& one : cases) {
    const auto made = library.tax("zoo", setup(one.way));
    ASSERT_TRUE(made) << one.way;
    const auto answer = made->taxes({.lines = {*Money::parse("20.00 EUR")}, .kind = "subscription"});
    expect_told(one, answer ? std::string() : answer.error().message);
  }
}

TEST_F(Zoo, AMethodKeepsNoCardAndPollsInReason) {
  const auto library = open();
  const Case cases[] = {{"good", ""},
                        {"no_method", "describes no method"},
                        {"polls_at_once", "more than 64 polls, or one within a second"},
                        {"polls_for_ever", "more than 64 polls, or one within a second"},
                        {"polls_backwards", "do not come one after another"},
                        {"pending_backwards", "less than no time"},
                        {"abort_in_describe", "was ended by SIGABRT in describe"},
                        {"neither", "neither problems nor details"},
                        {"keeps_the_card", "a card's number"},
                        {"shows_the_card", "a card's number"},
                        {"abort", "was ended by SIGABRT in check"}};
  for (const Case& one : cases) {
    const auto made = library.method("zoo", setup(one.way));
    if (!made) {
      expect_told(one, made.error().at(0).message);
      continue;
    }
    const auto checked = made->check({{"iban", "DE89370400440532013000"}});
    expect_told(one, checked ? std::string() : checked.error().message);
  }
  EXPECT_FALSE(library.method("zoo", setup("abort"))->offered({}));
}

TEST_F(Zoo, AProcessorSendsWhereItMayAndSaysWhatCanBe) {
  const auto library = open();
  const Case cases[] = {{"good", ""},
                        {"charges_without_status", "charges without status"},
                        {"promises_refunds", "declares an operation that it does not have"},
                        {"ref_of_a_mebibyte", "longer than 200 bytes"},
                        {"ref_of_two_lines", "a control character"},
                        {"no_such_currency", "ISO 4217"},
                        {"wrong_exponent", "ISO 4217"},
                        {"outcome_too_small", "a struct that is too small"},
                        {"no_outcome", "says no outcome"},
                        {"neither", "neither sends nor is done"},
                        {"script_address", "no https address"},
                        {"http_address", "no https address"},
                        {"other_endpoint", "an endpoint that is not in its manifest"},
                        {"no_slash", "does not begin with /"},
                        {"blank_in_path", "blanks"},
                        {"no_verb", "without a method"},
                        {"sets_host", "the header 'Host', which the host sets"},
                        {"sets_length", "the header 'Content-Length', which the host sets"},
                        {"header_of_two_lines", "a header without a name"},
                        {"header_without_name", "a header without a name"},
                        {"many_headers", "more than 64 headers"},
                        {"many_terms", "more than 64 terms"},
                        {"abort", "was ended by SIGABRT in charge"}};
  for (const Case& one : cases) expect_told(one, processor(library, one.way));
}

TEST_F(Zoo, ACheckWithoutASecretProvesNothing) {
  const auto library = open();
  const Secrets secrets = [](std::string_view) { return std::vector<std::string>{"whsec"}; };
  for (const char* way : {"check_of_nothing", "check_of_the_body"}) {
    const auto made = library.processor("zoo", setup(way));
    ASSERT_TRUE(made);
    const auto heard = made->webhook({.body = "same", .headers = {}, .received_at = {}}, secrets);
    ASSERT_FALSE(heard) << way;
    EXPECT_NE(heard.error().message.find("a check without a secret, which proves nothing"), std::string::npos);
  }
}

TEST_F(Zoo, WhatRunsWhileItIsLoadedIsInsideToo) {
  const Case cases[] = {{"constructor_exits", "ended by itself, with code 0 in load"},
                        {"constructor_aborts", "was ended by SIGABRT in load"},
                        {"constructor_connects", "called socket while it was loaded"},
                        {"constructor_writes", "called openat while it was loaded"},
                        {"constructor_starts_a_thread", "called "},
                        {"constructor_sets_a_timer", "called alarm while it was loaded"},
                        {"constructor_handles_signals", "called rt_sigaction while it was loaded"},
#if defined(__x86_64__)
                        {"constructor_reads_the_clock", "called clock_gettime while it was loaded"},
#endif
                        {"constructor_reads", ""},  // the file is not there for it
                        {"constructor_loops", "took too long to answer load"}};
  for (const Case& one : cases) {
    folder.with(one.way);
    PluginPlaces places = folder.places();
    places.alarm = alarms.take();
    if (std::string(one.way) == "constructor_loops") places.limits.start = {300'000};
    expect_told(one, policy(*PluginLibrary::open(places), "good", one.way));
  }
}

}  // namespace
}  // namespace florin
