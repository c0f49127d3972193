// Hosts that die, sleep or are many, on a journal that is real. What a caller was answered is there, once.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.hpp"
#include "florin/host.hpp"
#include "florin/ops.hpp"
#include "store/postgres/address.hpp"
#include "store/postgres/postgres_store.hpp"

namespace florin {
namespace {

const TenantId tenant = *TenantId::parse("callloop");
const AccountId account = *AccountId::parse("acme");
const Actor service{"service", ""};
constexpr const char* one_message = R"({"use": {"meter": "sms", "quantity": "100 characters"}})";

Host open_host(const std::string& data) {
  auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = data, .virtual_from = std::nullopt});
  if (!host) {
    std::fprintf(stderr, "cannot open: %s: %s\n", host.error().code.c_str(), host.error().message.c_str());
    std::_Exit(3);
  }
  return std::move(*host);
}

void set_up(Host& host) {
  const auto run = [&](const Actor& actor, const char* key, const char* command) {
    const auto done = host.submit_json(tenant, account, actor, key, command);
    ASSERT_TRUE(done) << key << ": " << done.error().message;
    ASSERT_FALSE(done->refusal) << key << ": " << done->refusal->text;
  };
  run(service, "open", R"({"open_account": {"billing_country": "US"}})");
  run(service, "trial", R"({"start_trial": {}})");
  run({"staff", "jo"}, "give", R"({"adjust_credits": {"amount": "1000000 message", "reason": "for the test"}})");
}

/// A host in a process of its own that debits without end in `threads` threads, and says each answer it got as a line.
class Child {
 public:
  Child(const std::string& data, const std::string& keys, int threads = 1) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      if (threads == 1) debit_for_ever(data, keys, ends[1]);
      debit_in_threads(data, keys, threads, ends[1]);
    }
    ::close(ends[1]);
    from_ = ::fdopen(ends[0], "r");
  }
  ~Child() {
    kill(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    std::fclose(from_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill(int signal) const { ::kill(pid_, signal); }
  /// `key position`, or `key code` of the error. Empty at its end.
  std::string line() {
    char text[200];
    if (std::fgets(text, sizeof text, from_) == nullptr) return {};
    std::string line(text);
    if (line.empty() || line.back() != '\n') return {};  // killed in the middle of a word
    line.pop_back();
    return line;
  }

 private:
  [[noreturn]] static void debit_for_ever(const std::string& data, const std::string& keys, int to) {
    Host host = open_host(data);
    for (int i = 0;; ++i) {
      const std::string key = keys + std::to_string(i);
      const auto done = host.submit_json(tenant, account, service, key, one_message);
      const std::string said = done ? std::to_string(done->position) : done.error().code;
      const std::string line = key + " " + said + "\n";
      if (::write(to, line.data(), line.size()) < 0 || !done) break;
    }
    const auto say = [to](const std::string& line) { (void)!::write(to, line.data(), line.size()); };
    const auto read = host.account(tenant, account, Audience::staff);
    say("read " + (read ? std::string("answered") : read.error().code) + "\n");
    for (;;) {  // until the journal is ours again
      const auto done = host.submit_json(tenant, account, service, keys + "back", one_message);
      if (done) {
        say(keys + "back " + std::to_string(done->position) + "\n");
        break;
      }
      ::usleep(1'000);
    }
    say("read " + std::string(host.account(tenant, account, Audience::staff) ? "answered" : "refused") + "\n");
    for (;;) ::pause();
  }
  [[noreturn]] static void debit_in_threads(const std::string& data, const std::string& keys, int threads, int to) {
    Host host = open_host(data);
    std::vector<std::thread> all;
    for (int thread = 0; thread < threads; ++thread)
      all.emplace_back([&host, to, mine = keys + std::to_string(thread) + "-"] {
        for (int i = 0;; ++i) {
          const std::string key = mine + std::to_string(i);
          const auto done = host.submit_json(tenant, account, service, key, one_message);
          // One write of a pipe holds a line whole, whoever else writes.
          const std::string line = key + " " + (done ? std::to_string(done->position) : done.error().code) + "\n";
          if (::write(to, line.data(), line.size()) < 0 || !done) return;
        }
      });
    for (std::thread& one : all) one.join();
    for (;;) ::pause();
  }

  pid_t pid_ = 0;
  std::FILE* from_ = nullptr;
};

/// Every debit that was acknowledged is in the journal, at the place that was said, and the books hold.
void all_there(const std::string& data, const std::map<std::string, std::string>& acknowledged) {
  {
    Host host = open_host(data);
    for (const auto& [key, position] : acknowledged) {
      const auto again = host.submit_json(tenant, account, service, key, one_message);
      ASSERT_TRUE(again) << key << ": " << again.error().message;
      EXPECT_EQ(std::to_string(again->position), position) << key << " was answered and is not there";
    }
  }
  const auto verified = verify(data);
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(verified->holds()) << as_text(*verified);
}

std::string new_database(const char* lease) {
  static int number = 0;
  return std::string(FLORIN_TEST_POSTGRES) + "&lease=" + lease + "&schema=hosts_" + std::to_string(::getpid()) + "_" +
         std::to_string(++number);
}

/// Neither is asked in this test.
struct NoPolicies final : engine::Policies {
  Result<Answer> answer(const TenantId&, std::uint32_t, const Question&) override { return Error{.code = "none"}; }
};
struct NoProviders final : engine::Providers {
  void perform(const engine::Effect&, Instant, Done done) override { done({}); }
};

TEST(Takeover, AHostThatIsLongInBringingUpItsTenantsIsNotTakenOver) {
  const auto address = store::read_address(new_database("300ms"));
  ASSERT_TRUE(address);
  auto ours = store::PostgresStore::open(*address), theirs = store::PostgresStore::open(*address);
  ASSERT_TRUE(ours && theirs);
  NoPolicies policies;
  NoProviders providers;
  engine::Engine engine(**ours, policies, providers, {.shard = {}, .virtual_from = std::nullopt, .fatal = {}});
  std::vector<engine::Engine::TenantSource> tenants;
  for (int i = 0; i < 40; ++i) tenants.push_back({TenantId::trusted("t" + std::to_string(i)), "", std::nullopt});
  // Each takes a sixth of a lease; the first one sees the other host come, and the last ones see what it was told.
  std::future<Status> other;
  const auto compile = [&](const TenantId& id, std::uint32_t,
                           const std::string&) -> Result<std::shared_ptr<const Catalog>> {
    if (id.text() == "t1") other = std::async(std::launch::async, [&] { return (*theirs)->claim(0); });
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return Error{.code = "not_here", .message = "it has no catalog"};
  };
  Errors problems;
  const Status opened = engine.open(std::move(tenants), compile, problems);
  EXPECT_TRUE(opened) << opened.error().message;
  const Status told = other.get();
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, "already_open");
}

/// How often a host is killed: few with all the other tests, FLORIN_KILLS for a long run by hand.
int kills() {
  const char* many = std::getenv("FLORIN_KILLS");
  return many == nullptr ? 4 : std::atoi(many);
}

/// Hosts with eight threads of debits, killed one after the other: two of three in their work, every third while it
/// starts, which for all but the first is to recover.
void kill_many_times(const std::string& data) {
  {
    Host host = open_host(data);
    set_up(host);
  }
  constexpr int threads = 8;
  std::map<std::string, std::string> acknowledged;
  int while_starting = 0;
  std::chrono::microseconds start{100'000};  // how long the last start took
  std::mt19937 random(1);
  for (int round = 0; round < kills(); ++round) {
    const auto note = [&](const std::string& line) {
      const std::size_t space = line.find(' ');
      acknowledged[line.substr(0, space)] = line.substr(space + 1);
    };
    const auto begun = std::chrono::steady_clock::now();
    Child child(data, "k" + std::to_string(round) + "-", threads);
    if (round % 3 == 2) {
      std::this_thread::sleep_for(std::chrono::microseconds(random() % static_cast<unsigned>(start.count())));
    } else {
      // Somewhere in its work: after so many answers, and a little later.
      for (int answers = 1 + static_cast<int>(random() % 20); answers > 0; --answers) {
        const std::string line = child.line();
        ASSERT_NE(line, "");
        note(line);
        if (answers == 1)
          start = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
      }
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    }
    child.kill(SIGKILL);
    bool answered = round % 3 != 2;
    for (std::string line = child.line(); !line.empty(); line = child.line()) {
      note(line);
      answered = true;
    }
    if (!answered) ++while_starting;
  }
  all_there(data, acknowledged);
  std::printf("%d kills, %d of them before the first answer; %zu answers, each in the journal where it was said\n",
              kills(), while_starting, acknowledged.size());
}

TEST(Takeover, KilledUnderLoadOnSqlite) {
  std::string folder = (std::filesystem::temp_directory_path() / "florin-killed-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  kill_many_times(folder);
  std::filesystem::remove_all(folder);
}

TEST(Takeover, KilledUnderLoadOnPostgres) { kill_many_times(new_database("100ms")); }

TEST(Takeover, AStoppedHostLosesTheJournalAndFindsOut) {
  const std::string data = new_database("300ms");
  {
    Host host = open_host(data);
    set_up(host);
  }
  std::map<std::string, std::string> acknowledged;
  Child first(data, "first-");
  const auto note = [&](const std::string& line) {
    acknowledged[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
  };
  for (int i = 0; i < 20; ++i) note(first.line());
  // While it is alive nobody else gets the journal.
  const auto refused = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = data, .virtual_from = std::nullopt});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "already_open") << refused.error().message;

  first.kill(SIGSTOP);
  {
    Host second = open_host(data);
    for (int i = 0; i < 10; ++i) {
      const std::string key = "second-" + std::to_string(i);
      const auto done = second.submit_json(tenant, account, service, key, one_message);
      ASSERT_TRUE(done) << done.error().message;
      ASSERT_FALSE(done->refusal);
      acknowledged[key] = std::to_string(done->position);
    }
    // Awake again, it is told by its next commit, and answers nothing from what it remembers.
    first.kill(SIGCONT);
    std::string line = first.line();
    for (; !line.empty() && !line.ends_with(" ask_again"); line = first.line()) note(line);
    EXPECT_TRUE(line.ends_with(" ask_again")) << line;
    EXPECT_EQ(first.line(), "read ask_again");
    const auto done = second.submit_json(tenant, account, service, "second-last", one_message);
    ASSERT_TRUE(done) << done.error().message;
    acknowledged["second-last"] = std::to_string(done->position);
  }
  // When the second is gone the first takes the journal back, with all that happened meanwhile.
  const std::string back = first.line();
  note(back);
  EXPECT_TRUE(back.starts_with("first-back ")) << back;
  EXPECT_LT(std::stoll(acknowledged["second-last"]), std::stoll(acknowledged["first-back"]));
  EXPECT_EQ(first.line(), "read answered");
  first.kill(SIGKILL);
  all_there(data, acknowledged);
}

/// Two servers, the second of which has every commit before anybody is answered.
class Pair {
 public:
  Pair() : folder_("/tmp/florin-pair-" + std::to_string(::getpid())) { run("start", " pair"); }
  ~Pair() { run("stop"); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  void fail_over() { run("fail-over"); }
  std::string address(const char* port) const {
    return "postgres://florin@/postgres?host=" + folder_ + "&port=" + port + "&lease=200ms";
  }

 private:
  void run(const std::string& action, const std::string& how = "") const {
    const std::string command = FLORIN_TEST_CLUSTER " " + action + " " + folder_ + how;
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
  }
  std::string folder_;
};

TEST(Takeover, AStandbyThatEveryCommitWaitsForHasAllThatWasAcknowledged) {
  Pair servers;
  {
    Host host = open_host(servers.address("5432"));
    set_up(host);
  }
  std::map<std::string, std::string> acknowledged;
  Child child(servers.address("5432"), "k");
  const auto note = [&](const std::string& line) {
    acknowledged[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
  };
  for (int i = 0; i < 200; ++i) note(child.line());
  servers.fail_over();  // in the middle of a commit
  child.kill(SIGKILL);
  for (std::string line = child.line(); !line.empty(); line = child.line())
    if (!line.ends_with(" ask_again") && !line.starts_with("read ")) note(line);
  EXPECT_GE(acknowledged.size(), 200u);
  all_there(servers.address("5433"), acknowledged);
}

}  // namespace
}  // namespace florin
