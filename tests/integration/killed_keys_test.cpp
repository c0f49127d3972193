// A host that remembers more keys than its memory holds is killed at any moment: while it starts, while it saves, while
// it writes keys to a file. Who asks again afterwards gets the first answer.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../forwarding_store.hpp"
#include "config/tenant/tenant.hpp"
#include "engine/engine.hpp"
#include "florin/ops.hpp"
#include "store/open.hpp"

namespace florin {
namespace {

namespace fs = std::filesystem;

const TenantId tenant = *TenantId::parse("callloop");
const AccountId ann = *AccountId::parse("ann");
constexpr int threads = 4;

Result<std::shared_ptr<const Catalog>> compile(const TenantId&, std::uint32_t version, const std::string&) {
  Errors errors;
  auto read = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
  if (!errors.empty()) return errors.front();
  read.catalog.version = version;
  return std::make_shared<const Catalog>(std::move(read.catalog));
}

struct NoPolicies final : engine::Policies {
  Result<Answer> answer(const TenantId&, std::uint32_t, const Question&) override { return Answer(PolicyAnswer()); }
};
struct NobodyToPay final : engine::Providers {
  void perform(const engine::Effect&, Instant, Done done) override { done({}); }
};

void say(int to, const std::string& line) { (void)!::write(to, line.data(), line.size()); }

/// Says as a line when it begins to save, and when that is done.
class SaysWhenItSaves final : public ForwardingStore {
 public:
  SaysWhenItSaves(store::Store& store, int to) : ForwardingStore(store), to_(to) {}
  Status save(std::uint32_t shard, const std::vector<store::Checkpoint>& objects, store::Position floor) override {
    say(to_, "saving\n");
    Status saved = ForwardingStore::save(shard, objects, floor);
    say(to_, "saved\n");
    return saved;
  }

 private:
  const int to_;
};

/// Memory holds at most 1,500 keys of usage: there are many files soon.
class SmallHost {
 public:
  SmallHost(const fs::path& folder, int to) {
    auto opened = store::open((folder / "journal.db").string());
    if (!opened) std::_Exit(3);
    kept_ = std::move(*opened);
    store_ = std::make_unique<SaysWhenItSaves>(*kept_, to);
    engine::Engine::Options options;
    options.shard.key_files = engine::KeyFiles::Options{
        .folder = folder, .most_in_memory = 500, .before_write = [to] { say(to, "spilling\n"); }};
    engine_ = std::make_unique<engine::Engine>(*store_, policies_, providers_, options);
    Errors problems;
    if (const Status is_open = engine_->open({{tenant, "callloop", {}}}, compile, problems); !is_open) {
      std::fprintf(stderr, "cannot open: %s\n", is_open.error().message.c_str());
      std::_Exit(3);
    }
  }
  Result<engine::Answered> ask(const std::string& key, AnyCommand command) {
    engine::Job job{};
    job.tenant = tenant;
    job.account = ann;
    job.actor = {"staff", "jo"};
    job.key = key;
    job.command = std::move(command);
    return engine_->submit_and_wait(std::move(job));
  }
  /// A debit for which there are no credits: its refusal is its answer for a day.
  Result<engine::Answered> debit(const std::string& key, const char* quantity = "160 characters") {
    return ask(key, Use{*MeterId::parse("sms"), *Quantity::parse(quantity), {}});
  }

 private:
  NoPolicies policies_;
  NobodyToPay providers_;
  std::unique_ptr<store::Store> kept_;
  std::unique_ptr<SaysWhenItSaves> store_;
  std::unique_ptr<engine::Engine> engine_;
};

/// Debits without end, in bursts with a rest between them, in which what changed is saved.
[[noreturn]] void debit_for_ever(const fs::path& folder, const std::string& keys, int to) {
  SmallHost host(folder, to);
  say(to, "started\n");
  std::vector<std::thread> all;
  for (int thread = 0; thread < threads; ++thread)
    all.emplace_back([&host, to, mine = keys + std::to_string(thread) + "-"] {
      for (int i = 0;; ++i) {
        const auto done = host.debit(mine + std::to_string(i));
        say(to, mine + std::to_string(i) + " " + (done ? std::to_string(done->position) : done.error().code) + "\n");
        if (i % 50 == 49) std::this_thread::sleep_for(std::chrono::milliseconds(250));
      }
    });
  for (std::thread& one : all) one.join();
  std::_Exit(0);
}

class Child {
 public:
  Child(const fs::path& folder, const std::string& keys) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      debit_for_ever(folder, keys, ends[1]);
    }
    ::close(ends[1]);
    from_ = ::fdopen(ends[0], "r");
  }
  ~Child() {
    kill();
    ::waitpid(pid_, nullptr, 0);
    std::fclose(from_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill() const { ::kill(pid_, SIGKILL); }
  /// Empty at its end, and where it was killed in the middle of a line.
  std::string line() {
    char text[200];
    if (std::fgets(text, sizeof text, from_) == nullptr) return {};
    std::string line(text);
    if (line.back() != '\n') return {};
    line.pop_back();
    return line;
  }

 private:
  pid_t pid_ = 0;
  std::FILE* from_ = nullptr;
};

/// What was seen of hosts that were killed.
struct Seen {
  std::map<std::string, std::string> acknowledged;
  int starting = 0, saving = 0, spilling = 0;  ///< kills in the middle of these
  bool started = false, saves = false, spills = false;

  void begin() { started = saves = spills = false; }
  void note(const std::string& line) {
    if (line == "started") started = true;
    if (line == "saving" || line == "saved") saves = line == "saving";
    if (line == "spilling") spills = true;
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) return;
    acknowledged[line.substr(0, space)] = line.substr(space + 1);
    spills = false;  // the file may be there already
  }
  void end() {
    starting += started ? 0 : 1;
    saving += saves ? 1 : 0;
    spilling += spills ? 1 : 0;
  }
};

int kills() {
  const char* many = std::getenv("FLORIN_KILLS");
  return many == nullptr ? 6 : std::atoi(many);
}

TEST(KilledKeys, AreThereWheneverAHostIsKilled) {
  std::string name = (fs::temp_directory_path() / "florin-killed-keys-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const fs::path folder = name;
  Seen seen;
  {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    SmallHost host(folder, nowhere);
    ASSERT_TRUE(host.ask("open", OpenAccount{"US", {}, {}}));
    for (int i = 0; i < 2'500; ++i) {
      const std::string key = "before-" + std::to_string(i);
      const auto done = host.debit(key);
      ASSERT_TRUE(done) << done.error().message;
      seen.acknowledged[key] = std::to_string(done->position);
    }
    ::close(nowhere);
  }
  std::mt19937 random(1);
  const auto wait = [&random](std::chrono::microseconds most) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % static_cast<unsigned>(most.count())));
  };
  std::chrono::microseconds start{50'000}, save{1'000};  // how long these took last
  const auto since = [](std::chrono::steady_clock::time_point then) {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - then) +
           std::chrono::microseconds(1);
  };
  for (int round = 0; round < kills(); ++round) {
    seen.begin();
    const auto begun = std::chrono::steady_clock::now();
    Child child(folder, "k" + std::to_string(round) + "-");
    const auto read_until = [&](const std::string& wanted) {
      std::string line = child.line();
      for (; !line.empty() && line != wanted; line = child.line()) seen.note(line);
      seen.note(line);
      return line == wanted;
    };
    if (round % 3 == 0) {
      wait(start);
    } else {
      ASSERT_TRUE(read_until("started"));
      start = since(begun);
      if (round % 3 == 1) {
        wait(std::chrono::milliseconds(40));  // in a burst, and while its keys become files
      } else {
        ASSERT_TRUE(read_until("saving"));
        if (round % 9 == 8) {
          const auto saving = std::chrono::steady_clock::now();
          ASSERT_TRUE(read_until("saved"));
          save = since(saving);
          ASSERT_TRUE(read_until("saving"));
        }
        wait(save);
      }
    }
    child.kill();
    for (std::string line = child.line(); !line.empty(); line = child.line()) seen.note(line);
    seen.end();
  }
  {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    SmallHost host(folder, nowhere);
    for (const auto& [key, position] : seen.acknowledged) {
      const auto again = host.debit(key);
      ASSERT_TRUE(again) << key << ": " << again.error().message;
      EXPECT_TRUE(again->again) << key;
      EXPECT_EQ(std::to_string(again->position), position) << key << " was answered and is not there";
      EXPECT_EQ(host.debit(key, "320 characters").error().code, "key_reused") << key;
    }
    ::close(nowhere);
  }
  const auto verified = verify(folder.string());
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(verified->holds()) << as_text(*verified);
  std::printf("%d kills: %d while starting, %d while saving, %d right before keys became a file; %zu answers hold\n",
              kills(), seen.starting, seen.saving, seen.spilling, seen.acknowledged.size());
  fs::remove_all(folder);
}

}  // namespace
}  // namespace florin
