#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "../contestant.hpp"

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

/// A client of Redis: commands go out together, and their answers are read in turn.
class Connection {
 public:
  explicit Connection(const std::string& socket) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    must(socket.size() < sizeof address.sun_path, "the socket's path is short enough");
    std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
    must(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "Redis answers");
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void add(const std::vector<std::string>& words) {
    out_ += fmt::format("*{}\r\n", words.size());
    for (const std::string& word : words) out_ += fmt::format("${}\r\n{}\r\n", word.size(), word);
  }
  void send() {
    for (std::size_t sent = 0; sent < out_.size();) {
      const ssize_t now = ::write(socket_, out_.data() + sent, out_.size() - sent);
      must(now > 0, "Redis takes what is sent");
      sent += static_cast<std::size_t>(now);
    }
    out_.clear();
  }
  /// A number, or a text.
  std::string answer() {
    const std::string line = until_end_of_line();
    must(!line.empty() && line[0] != '-', line);
    if (line[0] != '$') return line.substr(1);
    const std::size_t length = std::stoul(line.substr(1));
    while (in_.size() - at_ < length + 2) more();
    std::string text = in_.substr(at_, length);
    at_ += length + 2;
    return text;
  }

 private:
  std::string until_end_of_line() {
    std::size_t end;
    while ((end = in_.find("\r\n", at_)) == std::string::npos) more();
    std::string line = in_.substr(at_, end - at_);
    at_ = end + 2;
    return line;
  }
  void more() {
    in_.erase(0, std::exchange(at_, 0));
    char bytes[65536];
    const ssize_t now = ::read(socket_, bytes, sizeof bytes);
    must(now > 0, "Redis is there");
    in_.append(bytes, static_cast<std::size_t>(now));
  }

  int socket_;
  std::string out_, in_;
  std::size_t at_ = 0;
};

/// The key is remembered for a day, two lots of credits are spent in order, and both legs of the debit are added to a
/// stream.
constexpr std::string_view script = R"(
  if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', 86400) then return 0 end
  for _, grant in ipairs({'rollover', 'plan'}) do
    if tonumber(redis.call('HGET', KEYS[1], grant)) >= 1 then
      redis.call('HINCRBY', KEYS[1], grant, -1)
      redis.call('XADD', 'ledger', '*', 'account', KEYS[1], 'grant', grant, 'balance', -1)
      redis.call('XADD', 'ledger', '*', 'account', KEYS[1], 'grant', grant, 'spent', 1)
      return 1
    end
  end
  return redis.error_reply('there are no credits'))";

class RedisLua final : public Contestant {
 public:
  RedisLua(const Place& place, const std::string& socket) : accounts_(place.accounts) {
    for (int i = 0; i < 64; ++i) connections_.push_back(std::make_unique<Connection>(socket));
    Connection& one = *connections_.front();
    one.add({"CONFIG", "GET", "appendfsync"});
    one.send();
    must(one.answer() == "2" && one.answer() == "appendfsync" && one.answer() == "always", "Redis syncs always");
    one.add({"SCRIPT", "LOAD", std::string(script)});
    one.send();
    script_ = one.answer();
    for (std::size_t from = 0; from < accounts_; from += 1'000) {
      const std::size_t to = std::min(accounts_, from + 1'000);
      for (std::size_t i = from; i < to; ++i)
        one.add(
            {"HSET", name_of(i), "rollover", std::to_string(credits_of_each), "plan", std::to_string(credits_of_each)});
      one.send();
      for (std::size_t i = from; i < to; ++i) (void)one.answer();
    }
  }

  std::string name() const override { return "Redis, Lua, synced always"; }
  bool does(const Work&) const override { return true; }

  /// A batch goes as 64 commands on each of 16 connections.
  double run(const Work& work) override {
    Debits debits(accounts_, work.spread, debited_);
    const std::size_t lines = work.in_batches() ? 16 : work.callers;
    const std::size_t each = work.in_batches() ? 64 : 1;
    const auto start = Clock::now();
    std::size_t count = 0;
    double seconds = 0;
    while (seconds < work.seconds) {
      for (std::size_t line = 0; line < lines; ++line) {
        for (std::size_t i = 0; i < each; ++i) add(*connections_[line], last_ = debits.next());
        connections_[line]->send();
      }
      for (std::size_t line = 0; line < lines; ++line)
        for (std::size_t i = 0; i < each; ++i) must(connections_[line]->answer() == "1", "Redis: debited");
      count += lines * each;
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    debited_ += count;
    return static_cast<double>(count) / seconds;
  }

  void prove() override {
    Connection& one = *connections_.front();
    add(one, last_);
    one.send();
    must(one.answer() == "0", "Redis: a key happens once");
    one.add({"XLEN", "ledger"});
    one.send();
    must(one.answer() == std::to_string(2 * debited_), "Redis: ledger");
    std::int64_t spent = 0;
    for (std::size_t from = 0; from < accounts_; from += 1'000) {
      const std::size_t to = std::min(accounts_, from + 1'000);
      for (std::size_t i = from; i < to; ++i) one.add({"HGET", name_of(i), "rollover"});
      one.send();
      for (std::size_t i = from; i < to; ++i) spent += credits_of_each - std::stoll(one.answer());
    }
    must(spent == static_cast<std::int64_t>(debited_), "Redis: balances");
  }

 private:
  static std::string name_of(std::size_t account) { return "account-" + std::to_string(account); }
  void add(Connection& connection, const Debits::One& one) {
    connection.add({"EVALSHA", script_, "2", name_of(one.account), "key-" + one.key});
  }

  std::size_t accounts_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::string script_;
  std::uint64_t debited_ = 0;
  Debits::One last_;
};

}  // namespace

std::unique_ptr<Contestant> redis_lua(const Place& place, const std::string& socket) {
  return std::make_unique<RedisLua>(place, socket);
}

}  // namespace bench
