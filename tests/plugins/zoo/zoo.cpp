// A plugin that is wrong in the way its config names, one function for each way: `{"way": "abort"}`. Of all four kinds.
// Built once; those that are wrong before anything is asked are built of it with a macro of their own.
#include <fcntl.h>
#include <florin/plugin.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#ifndef ZOO_ID
#define ZOO_ID "zoo"
#endif

FLORIN_MANIFEST(manifest, R"({"id": ")" ZOO_ID R"(", "version": "0.6.6",
  "interfaces": ["florin.processor/1", "florin.method/1", "florin.credit_policy/1", "florin.tax/1"],
  "endpoints": {"api": "https://zoo.invalid"}, "secrets": {"zoo.key": {"for": "api"}, "zoo.private": {}}})");

namespace {

#if defined(CONSTRUCTOR_LOOPS)
__attribute__((constructor)) void at_load() {
  for (;;) asm volatile("");
}
#elif defined(CONSTRUCTOR_EXITS)
__attribute__((constructor)) void at_load() { _exit(0); }
#elif defined(CONSTRUCTOR_ABORTS)
__attribute__((constructor)) void at_load() { std::abort(); }
#elif defined(CONSTRUCTOR_CONNECTS)
__attribute__((constructor)) void at_load() { (void)!socket(AF_INET, SOCK_STREAM, 0); }
#elif defined(CONSTRUCTOR_READS)
__attribute__((constructor)) void at_load() {
  if (open("/etc/passwd", O_RDONLY) >= 0) _exit(9);  // where it can: an end by itself with code 9
}
#elif defined(CONSTRUCTOR_STARTS_A_THREAD)
__attribute__((constructor)) void at_load() {
  pthread_t thread;
  pthread_create(&thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
}
#elif defined(CONSTRUCTOR_SETS_A_TIMER)
__attribute__((constructor)) void at_load() { alarm(1); }
#elif defined(CONSTRUCTOR_HANDLES_SIGNALS)
__attribute__((constructor)) void at_load() {
  std::signal(SIGSEGV, [](int) {});
}
#elif defined(CONSTRUCTOR_READS_THE_CLOCK)
__attribute__((constructor)) void at_load() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
}
#elif defined(CONSTRUCTOR_WRITES)
__attribute__((constructor)) void at_load() { (void)!open("/tmp/zoo", O_WRONLY | O_CREAT, 0600); }
#endif

struct Instance {
  std::string way;
};

std::string_view way_of(const florin_plugin* plugin) { return reinterpret_cast<const Instance*>(plugin)->way; }
florin_text text(std::string_view of) { return {of.data(), of.size()}; }

template <class T>
T* made(florin_arena* arena, std::uint32_t count = 1) {
  return static_cast<T*>(florin_alloc(arena, sizeof(T) * count));
}
template <class T>
T* sized(florin_arena* arena) {
  T* one = made<T>(arena);
  if (one != nullptr) one->size = sizeof(T);
  return one;
}

volatile int zero = 0;
void* volatile nowhere = nullptr;

int deep(volatile char* above) {
  volatile char here[4096];
  if (zero == 1) return 0;
  here[0] = above == nullptr ? 'a' : above[0];
  return deep(here) + here[0];
}

void* idle(void*) { return nullptr; }

std::jmp_buf elsewhere;

/// Keeps the place, and its frame is gone.
void keep_place() {
  if (setjmp(elsewhere) != 0) std::abort();
}

/// A whole answer of its own, or many, on the socket that is the host's.
void forge(int times) {
  std::uint64_t frame[4] = {sizeof frame, 67, 0, 0};  // answered, with nothing behind it
  for (int i = 0; i < times; ++i) (void)!write(3, frame, sizeof frame);
}

/// Ways to the kernel that a filter could have forgotten.
void calls(std::string_view what) {
  const auto is = [&](std::string_view name) { return what == name; };
  char room[64] = {};
  if (is("memfd_create")) syscall(SYS_memfd_create, "zoo", 0);
  if (is("io_uring_setup")) syscall(SYS_io_uring_setup, 8, room);
  if (is("bpf")) syscall(SYS_bpf, 0, room, sizeof room);
  if (is("userfaultfd")) syscall(SYS_userfaultfd, 0);
  if (is("perf_event_open")) syscall(SYS_perf_event_open, room, 0, -1, -1, 0);
  if (is("keyctl")) syscall(SYS_keyctl, 0, 0, 0, 0, 0);
  if (is("unshare")) syscall(SYS_unshare, 0x10000000);
  if (is("setuid")) syscall(SYS_setuid, 0);
  if (is("shmget")) syscall(SYS_shmget, 0, 4096, 01600);
  if (is("process_vm_readv")) syscall(SYS_process_vm_readv, getppid(), room, 1, room, 1, 0);
  if (is("pidfd_open")) syscall(SYS_pidfd_open, 1, 0);
  if (is("personality")) syscall(SYS_personality, 0x0400000);
  if (is("sched_setaffinity")) syscall(SYS_sched_setaffinity, 0, 8, room);
  if (is("timer_create")) syscall(SYS_timer_create, 0, nullptr, room);
  if (is("pipe2")) syscall(SYS_pipe2, room, 0);
  if (is("dup")) syscall(SYS_dup, 3);
  if (is("sendmsg")) syscall(SYS_sendmsg, 3, room, 0);
  if (is("mount")) syscall(SYS_mount, "none", "/", "tmpfs", 0, nullptr);
  if (is("seccomp")) syscall(SYS_seccomp, 1, 0, room);
  if (is("vfork")) syscall(SYS_vfork);
  if (is("mprotect")) {
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(page, 4096, PROT_READ | PROT_EXEC);
  }
#if defined(__x86_64__)
  // The doors of other machines: x32, and a call of a 32-bit program.
  if (is("x32")) syscall(0x40000000 | SYS_getpid);
  if (is("int80")) {
    long number = 20;
    asm volatile("int $0x80" : "+a"(number) : : "memory");
  }
#endif
}

/// What no function may do, whatever its kind.
void misbehave(std::string_view way) {
  const auto is = [&](std::string_view name) { return way == name; };
  if (is("writes_null")) *static_cast<volatile int*>(nowhere) = 1;
  if (is("stack_overflow")) deep(nullptr);
  if (is("abort")) std::abort();
  if (is("divides_by_zero")) zero = 4'711 / zero;
  if (is("traps_left_on")) {
    feenableexcept(FE_ALL_EXCEPT);
    volatile double none = 0.0, one = 1.0;
    zero = static_cast<int>(one / none);
  }
  if (is("illegal")) __builtin_trap();
  if (is("exit")) std::exit(0);
  if (is("exit_at_once")) _exit(0);
  if (is("kills_itself")) kill(getpid(), SIGKILL);
  if (is("kills_the_host")) kill(getppid(), SIGKILL);
  if (is("stops")) raise(SIGSTOP);
  if (is("loops"))
    for (;;) asm volatile("");
  if (is("sleeps")) sleep(3'600);
  if (is("throws")) throw std::runtime_error("never seen by the host");
  if (is("leaks"))
    for (;;) {
      volatile char* leaked = new char[64 << 20];
      for (std::size_t i = 0; i < (64u << 20); i += 4096) leaked[i] = 1;
    }
  if (is("socket")) (void)!socket(AF_INET, SOCK_STREAM, 0);
  if (is("reads_shadow")) (void)!open("/etc/shadow", O_RDONLY);
  if (is("writes_file")) (void)!open("/tmp/zoo", O_WRONLY | O_CREAT, 0600);
  if (is("prints")) {
    std::printf("a line of its own\n");
    std::fflush(stdout);
  }
  if (is("forks")) (void)!fork();
  if (is("thread")) {
    pthread_t thread;
    pthread_create(&thread, nullptr, idle, nullptr);
  }
  if (is("executes")) execl("/bin/true", "true", nullptr);
  if (is("chdir")) (void)!chdir("/");
  if (is("umask")) umask(0);
  if (is("unlinks")) unlink("/tmp/zoo");
  if (is("ignores_signals")) std::signal(SIGTERM, SIG_IGN);
  if (is("closes"))
    for (int fd = 3; fd < 64; ++fd) close(fd);
  if (is("random")) {
    char bytes[8];
    (void)!syscall(SYS_getrandom, bytes, sizeof bytes, 0);
  }
  if (is("asks_the_time")) {
    timespec now{};
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  }
  if (is("makes_code")) mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (is("traces")) ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  if (is("prctl")) prctl(PR_SET_NAME, "florin");
  if (is("raises_its_limits")) {
    const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &more);
  }
  if (is("frees_twice")) {
    char* one = new char[64];
    delete[] one;
    delete[] const_cast<char*>(const_cast<char* volatile&>(one));
  }
  if (is("jumps_away")) {
    keep_place();
    std::longjmp(elsewhere, 1);
  }
  if (is("hangs_at_its_end")) {
    std::atexit([] {
      for (;;) asm volatile("");
    });
    std::exit(0);
  }
  if (is("reads_the_clock")) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
  }
  if (is("reads_the_second")) zero = static_cast<int>(std::time(nullptr) & 0);
#if defined(__x86_64__)
  if (is("counts_cycles")) zero = static_cast<int>(__builtin_ia32_rdtsc() & 0);
#endif
  if (is("sets_a_timer")) alarm(1);
  if (is("yields")) sched_yield();
  if (is("looks_around") && (std::getenv("PATH") != nullptr || std::getenv("HOME") != nullptr)) std::abort();
  if (is("rounds_upward")) std::fesetround(FE_UPWARD);
  if (is("forges_an_answer")) forge(1);
  if (is("floods_the_host"))
    for (;;) forge(1);
  if (is("steals_the_question")) {
    char taken[64];
    (void)!read(3, taken, sizeof taken);
  }
  if (is("closes_its_socket")) shutdown(3, SHUT_RDWR);
  if (is("takes_what_it_may")) {
    // Nearly all the memory that it has: the host takes none of it.
    volatile char* most = new char[180 << 20];
    for (std::size_t i = 0; i < (180u << 20); i += 4096) most[i] = 1;
    delete[] most;
  }
  static int asked = 0;
  if (is("works_three_times") && ++asked > 3) std::abort();
  if (is("locale")) std::setlocale(LC_ALL, "de_DE.UTF-8");
  if (way.starts_with("calls_")) calls(way.substr(6));
}

// ---- A credit policy

florin_decision issue(std::int64_t units) {
  florin_decision one{};
  one.kind = FLORIN_ISSUE;
  one.source = FLORIN_FROM_PLAN;
  one.end = FLORIN_NEVER_ENDS;
  one.type = text("sms");
  one.units = units;
  one.rule = text("zoo");
  return one;
}

const florin_decisions* decide(const florin_plugin* plugin, const florin_moment* moment, florin_arena* arena) {
  const std::string_view way = way_of(plugin);
  const auto is = [&](std::string_view name) { return way == name; };
  misbehave(way);
  if (is("no_answer")) return nullptr;
  if (is("greedy")) return arena->wanted = 1, nullptr;
  if (is("frees_its_input")) std::free(const_cast<void*>(moment->grants.at));
  if (is("answers_nowhere")) return reinterpret_cast<const florin_decisions*>(0x10);
  if (is("overruns_arena"))
    for (char* at = arena->next;; at += 4096) *at = 1;
  auto* answer = sized<florin_decisions>(arena);
  if (answer == nullptr) return nullptr;
  constexpr std::uint32_t most = 65;
  auto* all = made<florin_decision>(arena, most);
  if (all == nullptr) return nullptr;
  all[0] = issue(10);
  answer->decisions = {all, 1, sizeof *all};
  if (is("too_small")) answer->size = 4;
  if (is("list_nowhere")) answer->decisions.at = reinterpret_cast<const void*>(0x10);
  if (is("list_null")) answer->decisions.at = nullptr;
  if (is("four_billion")) answer->decisions.count = UINT32_MAX;
  if (is("stride_zero")) answer->decisions.stride = 0;
  if (is("stride_wild")) {
    answer->decisions.stride = 1u << 31;
    answer->decisions.count = 2;
  }
  if (is("text_nowhere")) all[0].rule = {reinterpret_cast<const char*>(0x10), 16};
  if (is("text_endless")) all[0].rule = {"x", 1u << 31};
  if (is("text_long")) all[0].rule = {arena->next, 2'001};
  if (is("no_units")) all[0].units = 0;
  if (is("owes_units")) all[0].units = -5;
  if (is("all_units")) all[0].units = INT64_MAX;
  if (is("unobtainium")) all[0].type = text("unobtainium");
  if (is("bad_type")) all[0].type = text("SMS!");
  if (is("many_issues")) {
    for (std::uint32_t i = 0; i < most; ++i) all[i] = issue(1);
    answer->decisions.count = most;
  }
  if (is("ended_already")) {
    all[0].end = FLORIN_ENDS_AT;
    all[0].end_at_us = 1;
  }
  if (is("ends_with_what_is_over")) all[0].end = FLORIN_ENDS_WITH_PERIOD;
  if (is("moves_to_what_is_over")) {
    all[0].kind = FLORIN_MOVE_END;
    all[0].grant = moment->grants.count == 0 ? 0 : FLORIN_AT(florin_grant, moment->grants, 0)->id;
    all[0].end = FLORIN_ENDS_WITH_PERIOD;
  }
  if (is("refuses_the_end")) {
    answer->refused = 1;
    answer->rule = text("zoo");
    answer->text = text("No.");
  }
  if (is("ends_in_ages")) {
    all[0].end = FLORIN_ENDS_AFTER;
    all[0].end_after = {FLORIN_MONTHS, INT32_MAX};
  }
  if (is("ends_never_said")) all[0].end = FLORIN_NO_WORD;
  if (is("strange_source")) all[0].source = 99;
  if (is("strange_kind")) all[0].kind = 99;
  if (is("strange_unit")) {
    all[0].end = FLORIN_ENDS_AFTER;
    all[0].end_after = {99, 1};
  }
  if (is("strange_grant")) {
    all[0].kind = FLORIN_EXPIRE;
    all[0].grant = 4711;
  }
  if (is("two_words")) {
    all[0].kind = FLORIN_EXPIRE;
    all[0].grant = moment->grants.count == 0 ? 0 : FLORIN_AT(florin_grant, moment->grants, 0)->id;
    all[1] = all[0];
    answer->decisions.count = 2;
  }
  if (is("refuses_without_rule")) answer->refused = 1;
  if (is("not_utf8")) all[0].rule = text("a\xff");
  if (is("escapes")) all[0].rule = text("\x1b[2Jzoo");
  if (is("forges_a_line")) all[0].rule = text("zoo\n15 Mar  cafe/ann  49.00 USD paid");
  if (is("turns_the_text")) all[0].rule = text("zoo\xe2\x80\xae");
  if (is("quotes_a_card")) all[0].rule = text("4111 1111 1111 1111");
  if (is("writes_its_input")) {
    const_cast<florin_moment*>(moment)->at_us = 0;
    const_cast<char*>(moment->plan.ptr)[0] = 'X';
  }
  return answer;
}

// ---- A tax

const florin_taxes* taxes(const florin_plugin* plugin, const florin_sale*, florin_arena* arena) {
  const std::string_view way = way_of(plugin);
  const auto is = [&](std::string_view name) { return way == name; };
  misbehave(way);
  auto* answer = sized<florin_taxes>(arena);
  constexpr std::uint32_t most = 300;
  auto* all = made<florin_tax_rate>(arena, most);
  if (answer == nullptr || all == nullptr) return nullptr;
  all[0] = {0, 0, 19, 100, text("VAT 19%")};
  answer->rates = {all, 1, sizeof *all};
  if (is("above_all")) all[0].over = 101;
  if (is("below_nothing")) all[0].over = -1;
  if (is("by_zero")) all[0].under = 0;
  if (is("other_line")) all[0].line = 7;
  if (is("no_name")) all[0].name = {nullptr, 0};
  if (is("name_of_two_lines")) all[0].name = text("VAT\n19%");
  if (is("twice")) {
    all[1] = all[0];
    answer->rates.count = 2;
  }
  if (is("sum_above_all")) {
    for (std::uint32_t i = 0; i < 3; ++i) all[i] = {0, 0, 40, 100, text(std::string_view("abc").substr(i, 1))};
    answer->rates.count = 3;
  }
  if (is("many_rates")) {
    for (std::uint32_t i = 0; i < most; ++i) all[i] = all[0];
    answer->rates.count = most;
  }
  if (is("refuses_without_rule")) answer->refused = 1;
  return answer;
}

// ---- A method

const florin_method_facts* describe_method(const florin_plugin* plugin, florin_arena* arena) {
  const std::string_view way = way_of(plugin);
  const auto is = [&](std::string_view name) { return way == name; };
  auto* facts = sized<florin_method_facts>(arena);
  auto* polls = made<std::int64_t>(arena, 100);
  if (facts == nullptr || polls == nullptr) return nullptr;
  facts->method = text("zoo");
  for (std::int64_t i = 0; i < 100; ++i) polls[i] = (is("polls_at_once") ? 1 : 60'000'000) * (i + 1);
  facts->polls_us = {polls, is("polls_for_ever") ? 100u : 2u, sizeof *polls};
  if (is("no_method")) facts->method = {nullptr, 0};
  if (is("polls_backwards")) polls[1] = 1;
  if (is("pending_backwards")) facts->pending_up_to_us = -1;
  if (is("abort_in_describe")) std::abort();
  return facts;
}
const florin_verdict* offered(const florin_plugin* plugin, const florin_situation*, florin_arena* arena) {
  misbehave(way_of(plugin));
  return sized<florin_verdict>(arena);
}
const florin_checked* check(const florin_plugin* plugin, const florin_entered*, florin_arena* arena) {
  const std::string_view way = way_of(plugin);
  const auto is = [&](std::string_view name) { return way == name; };
  misbehave(way);
  auto* checked = sized<florin_checked>(arena);
  auto* detail = made<florin_pair>(arena);
  if (checked == nullptr || detail == nullptr) return nullptr;
  *detail = {text("iban"), text("DE89370400440532013000")};
  checked->details = {detail, 1, sizeof *detail};
  if (is("neither")) checked->details.count = 0;
  if (is("keeps_the_card")) detail->value = text("4111111111111111");
  if (is("shows_the_card")) checked->masked = text("4111111111111111");
  return checked;
}

// ---- A processor

const florin_capabilities* describe(const florin_plugin* plugin, florin_arena* arena) {
  auto* all = sized<florin_capabilities>(arena);
  auto* offer = made<florin_offer>(arena);
  if (all == nullptr || offer == nullptr) return nullptr;
  offer->method = text("card");
  offer->operations = std::uint64_t{1} << FLORIN_CHARGE;
  if (way_of(plugin) != "charges_without_status") offer->operations |= std::uint64_t{1} << FLORIN_STATUS;
  if (way_of(plugin) == "promises_refunds") offer->operations |= std::uint64_t{1} << FLORIN_REFUND;
  all->offers = {offer, 1, sizeof *offer};
  return all;
}

const florin_step* charge(const florin_plugin* plugin, const florin_operation* operation, const florin_replies*,
                          florin_arena* arena) {
  const std::string_view way = way_of(plugin);
  const auto is = [&](std::string_view name) { return way == name; };
  misbehave(way);
  auto* step = sized<florin_step>(arena);
  auto* request = sized<florin_request>(arena);
  auto* outcome = sized<florin_outcome>(arena);
  auto* action = sized<florin_action>(arena);
  auto* headers = made<florin_header>(arena, 65);
  auto* terms = made<florin_term>(arena, 65);
  if (step == nullptr || request == nullptr || outcome == nullptr || action == nullptr || headers == nullptr ||
      terms == nullptr)
    return nullptr;
  static std::string long_text(1 << 20, 'r');
  step->kind = FLORIN_DONE;
  step->outcome = outcome;
  outcome->state = FLORIN_CAPTURED;
  outcome->amount = operation->amount;
  outcome->ref = text("p_1");
  if (is("ref_of_a_mebibyte")) outcome->ref = text(long_text);
  if (is("ref_of_two_lines")) outcome->ref = text("p_1\nHost: x");
  if (is("no_such_currency")) outcome->amount = {4'900, "XXY", 2, {0, 0, 0}};
  if (is("wrong_exponent")) outcome->amount.exponent = 3;
  if (is("outcome_too_small")) outcome->size = 8;
  if (is("no_outcome")) step->outcome = nullptr;
  if (is("neither")) step->kind = 7;
  if (is("script_address") || is("http_address")) {
    outcome->state = FLORIN_NEEDS_ACTION;
    outcome->action = action;
    action->kind = FLORIN_REDIRECT;
    action->url = text(is("http_address") ? "http://pay.example/" : "javascript:alert(1)");
  }
  const bool sends = is("other_endpoint") || is("no_slash") || is("blank_in_path") || is("no_verb") ||
                     is("sets_host") || is("sets_length") || is("header_of_two_lines") || is("many_headers") ||
                     is("many_terms") || is("header_without_name");
  if (!sends) return step;
  step->kind = FLORIN_SEND;
  step->request = request;
  request->endpoint = text(is("other_endpoint") ? "elsewhere" : "api");
  request->method = text(is("no_verb") ? "" : "POST");
  request->path = text(is("no_slash") ? "pay" : is("blank_in_path") ? "/pay me" : "/pay");
  headers[0].name = text(is("sets_host")             ? "Host"
                         : is("sets_length")         ? "Content-Length"
                         : is("header_of_two_lines") ? "X: y\r\nHost"
                         : is("header_without_name") ? ""
                                                     : "X");
  headers[0].value.text = text("evil.example");
  request->headers = {headers, is("many_headers") ? 65u : 1u, sizeof *headers};
  for (int i = 0; i < 65; ++i) terms[i].code = FLORIN_PUT;
  if (is("many_terms")) headers[0].value = {{nullptr, 0}, terms, 65};
  return step;
}

const florin_claims* webhook(const florin_plugin* plugin, const florin_webhook*, florin_arena* arena) {
  const std::string_view way = way_of(plugin);
  const auto is = [&](std::string_view name) { return way == name; };
  misbehave(way);
  auto* claims = sized<florin_claims>(arena);
  auto* one = made<florin_check>(arena);
  auto* term = made<florin_term>(arena, 2);
  if (claims == nullptr || one == nullptr || term == nullptr) return nullptr;
  one->kind = FLORIN_EQUAL;
  one->made.text = text("same");
  one->given = text("same");
  if (is("check_of_the_body")) {
    term[0].code = FLORIN_BODY;
    one->made = {{nullptr, 0}, term, 1};
  }
  claims->checks = {one, 1, sizeof *one};
  if (!way.starts_with("says_")) return claims;
  // A hint, and what it is answered with.
  claims->checks = {nullptr, 0, 0};
  static std::string long_text(5'000, 'o');
  auto* answer = sized<florin_webhook_answer>(arena);
  if (answer == nullptr) return nullptr;
  claims->answer = answer;
  answer->status = is("says_moved") ? 302 : is("says_nothing_of_status") ? 0 : 200;
  answer->body = text(is("says_much") ? std::string_view(long_text) : is("says_escapes") ? "\x1b[2J" : "OK");
  answer->content_type = text(is("says_another_header") ? "text/html\r\nSet-Cookie: a=b" : "text/plain");
  if (is("says_it_too_small")) answer->size = 8;
  if (is("says_bytes")) answer->body = text("\xff\xfe");
  if (is("says_nowhere")) answer->body = {reinterpret_cast<const char*>(0x10), 4};
  return claims;
}

const florin_made* create(const florin_setup* setup, florin_arena* arena) {
  auto* answer = sized<florin_made>(arena);
  if (answer == nullptr) return nullptr;
  std::string way;
  for (std::uint32_t i = 0; i < setup->config.count; ++i) {
    const auto* one = FLORIN_AT(florin_json, setup->config, i);
    if (std::string_view(one->pointer.ptr == nullptr ? "" : one->pointer.ptr, one->pointer.len) == "/way")
      way.assign(one->text.ptr, one->text.len);
  }
  if (way == "abort_in_create") std::abort();
  if (way == "throw_in_create") throw std::bad_alloc();
  if (way == "silent_create") return answer;
  if (way == "problem_of_two_lines") {
    auto* problem = made<florin_problem>(arena);
    if (problem == nullptr) return nullptr;
    *problem = {text("/way"), text("no\n\x1b[2Jgood")};
    answer->problems = {problem, 1, sizeof *problem};
    return answer;
  }
  answer->plugin = reinterpret_cast<florin_plugin*>(new Instance{way});
  return answer;
}

const void* query(const florin_plugin* plugin, const char* interface_id) {
  static const florin_processor_1 processor = {sizeof processor, 0,       describe, charge,  nullptr, nullptr,
                                               charge,           webhook, nullptr,  nullptr, nullptr, charge};
  static const florin_method_1 method = {sizeof method, 0, describe_method, offered, check};
  static const florin_credit_policy_1 policy = {sizeof policy, 0, decide};
  static const florin_credit_policy_1 small = {8, 0, nullptr};
  static const florin_tax_1 tax = {sizeof tax, 0, taxes};
  const std::string_view id(interface_id), way = way_of(plugin);
  if (way == "claimed_and_absent") return nullptr;
  if (way == "throw_in_query") throw std::runtime_error("query");
  if (way == "small_table") return &small;
  if (id == "florin.processor/1") return &processor;
  if (id == "florin.method/1") return &method;
  if (id == "florin.tax/1") return &tax;
  return &policy;
}

void destroy(florin_plugin* plugin) {
  if (way_of(plugin) == "abort_in_destroy") std::abort();
  delete reinterpret_cast<Instance*>(plugin);
}

}  // namespace

extern "C" FLORIN_EXPORT const florin_entry_1* florin_plugin_entry_1(void) {
  static const florin_entry_1 entry = {sizeof entry, FLORIN_ABI_MINOR, create, query, destroy};
  return &entry;
}
