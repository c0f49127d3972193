#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cfenv>
#include <csignal>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "plugins/instance.hpp"
#include "plugins/isolated/flat.hpp"
#include "plugins/isolated/message.hpp"
#include "plugins/loading.hpp"
#include "plugins/runner/sandbox.hpp"

/// florin-plugin-runner FILE ID [odd]: loads one plugin inside a sandbox and answers the host's questions over socket
/// 3, until the host closes it. Not for the command line.
namespace florin::runner {

namespace {

using isolated::Frame;
using isolated::Interface;
using isolated::Word;

/// The question that is being answered; 0: none is. Read by the signal handler below.
std::atomic<std::uint64_t> asked{0}, seen{0};

/// Every two seconds of computing: one that still answers what it answered two seconds ago never ends by itself, and a
/// host that is gone cannot end it.
void on_tick(int) {
  const std::uint64_t now = asked.load();
  if (now != 0 && now == seen.exchange(now)) ::_exit(3);
}

void watch_loops() {
  struct sigaction tick{};
  tick.sa_handler = on_tick;
  tick.sa_flags = SA_RESTART;
  ::sigaction(SIGPROF, &tick, nullptr);
  const itimerval each{{2, 0}, {2, 0}};
  ::setitimer(ITIMER_PROF, &each, nullptr);
}

[[noreturn]] void end(int code) { ::_exit(code); }  // no destructor of the plugin's file runs

void send(const std::vector<char>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t part = std::min(bytes.size() - done, isolated::most_packet_bytes);
    const ssize_t n = ::write(isolated::socket_of_runner, bytes.data() + done, part);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) end(0);  // the host is gone
    done += static_cast<std::size_t>(n);
  }
}

/// Reads until `bytes` holds `wanted` of them.
void fill(std::vector<char>& bytes, std::size_t& have, std::size_t wanted) {
  if (bytes.size() < wanted) bytes.resize(wanted);
  while (have < wanted) {
    const ssize_t n = ::read(isolated::socket_of_runner, bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) end(0);
    have += static_cast<std::size_t>(n);
  }
}

class Answer {
 public:
  explicit Answer(std::vector<char>& bytes) : bytes_(bytes) { bytes_.assign(sizeof(Frame), 0); }
  template <class T>
  void with(const T& root) {
    flat::Packer(bytes_).root(root);
  }
  void leave(Word word, std::uint64_t detail = 0) {
    Frame frame;
    frame.bytes = bytes_.size();
    frame.word = word;
    frame.detail = detail;
    std::memcpy(bytes_.data(), &frame, sizeof frame);
    send(bytes_);
  }
  void fail(const std::string& code, const std::string& message) {
    bytes_.resize(sizeof(Frame));
    with(flat::Failure{lent(code), lent(message), {}});
    leave(Word::failed);
  }

 private:
  std::vector<char>& bytes_;
};

/// Moves every text to the end of a page that nothing lies behind: who reads further than a text is long, ends there.
class Edges {
 public:
  void clear() {
    for (const auto& [at, bytes] : pages_) ::munmap(at, bytes);
    pages_.clear();
  }
  void text(florin_text& text) {
    if (text.ptr == nullptr || pages_.size() == most_pages) return;
    const std::size_t length = static_cast<std::size_t>(text.len), page = 4096;
    const std::size_t room = (length + page - 1) / page * page;
    void* at = ::mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return;
    pages_.emplace_back(at, room + page);
    char* begin = static_cast<char*>(at) + room - length;
    std::memcpy(begin, text.ptr, length);
    ::mprotect(static_cast<char*>(at) + room, page, PROT_NONE);
    text.ptr = begin;
  }
  void json(florin_list& list, const florin_text&) { texts<florin_json>(list); }
  template <class T>
  void list(florin_list& list) {
    auto* first = static_cast<T*>(const_cast<void*>(list.at));
    for (std::uint32_t i = 0; first != nullptr && i < list.count; ++i) flat::parts(*this, first[i]);
  }
  void terms(florin_value&) {}
  template <class T>
  void pointer(const T*&) {}

 private:
  template <class T>
  void texts(florin_list& list) {
    auto* first = static_cast<T*>(const_cast<void*>(list.at));
    for (std::uint32_t i = 0; first != nullptr && i < list.count; ++i) {
      text(first[i].pointer);
      text(first[i].text);
    }
  }
  static constexpr std::size_t most_pages = 10'000;
  std::vector<std::pair<void*, std::size_t>> pages_;
};

class Runner {
 public:
  Runner(const florin_entry_1* entry, std::string id, bool odd) : entry_(entry), odd_(odd) {
    manifest_.id = std::move(id);
    if (odd) (void)std::fesetround(FE_UPWARD);
  }

  [[noreturn]] void serve() {
    std::vector<char> in(64 << 10), out;
    for (std::uint64_t number = 1;; ++number) {
      std::size_t have = 0;
      fill(in, have, sizeof(Frame));
      Frame frame;
      std::memcpy(&frame, in.data(), sizeof frame);
      if (frame.bytes < sizeof frame || frame.bytes > isolated::most_frame_bytes) end(2);
      fill(in, have, static_cast<std::size_t>(frame.bytes));
      asked = number;
      if (odd_) AnswerRoom::of_this_thread().begin_small();
      flat::Unpacker unpacker(in.data(), static_cast<std::size_t>(frame.bytes), sizeof frame);
      Answer answer(out);
      try {
        answer_to(frame, unpacker, answer);
      } catch (const PluginFault& fault) {
        answer.fail(fault.code(), fault.what());
      }
      asked = 0;
    }
  }

 private:
  template <class T>
  const T& read(flat::Unpacker& unpacker) {
    T* root = unpacker.root<T>();
    if (root == nullptr) end(2);
    if (odd_) {
      edges_.clear();
      flat::parts(edges_, *root);
    }
    return *root;
  }
  const PluginInstance& instance(std::uint32_t number) const {
    if (number >= instances_.size() || instances_[number] == nullptr) end(2);
    return *instances_[number];
  }
  /// A table of the plugin's, with what an older one lacks as NULL.
  template <class T>
  T table(std::uint32_t number) const {
    const T* written = static_cast<const T*>(instance(number).table);
    T whole{};
    std::memcpy(&whole, written, std::min<std::size_t>(written->size, sizeof whole));
    return whole;
  }

  void answer_to(const Frame& frame, flat::Unpacker& in, Answer& out) {
    const std::uint32_t number = frame.instance;
    switch (frame.word) {
      case Word::make: return make(frame, read<florin_setup>(in), out);
      case Word::drop:
        if (number < instances_.size()) instances_[number] = nullptr;
        return out.leave(Word::answered);
      case Word::describe_processor: return say("describe", table<florin_processor_1>(number).describe, number, out);
      case Word::operate: {
        const auto& call = read<flat::OperationCall>(in);
        florin_operate* operate = slot(table<florin_processor_1>(number), frame.detail);
        if (operate == nullptr) end(2);
        out.with(ask("an operation", [&](florin_arena* arena) {
          return operate(instance(number).plugin, &call.operation, &call.replies, arena);
        }));
        return out.leave(Word::answered);
      }
      case Word::webhook:
        return say("webhook", table<florin_processor_1>(number).webhook, number, out, read<florin_webhook>(in));
      case Word::describe_method: return say("describe", table<florin_method_1>(number).describe, number, out);
      case Word::offered:
        return say("offered", table<florin_method_1>(number).offered, number, out, read<florin_situation>(in));
      case Word::check:
        return say("check", table<florin_method_1>(number).check, number, out, read<florin_entered>(in));
      case Word::decide:
        return say("decide", table<florin_credit_policy_1>(number).decide, number, out, read<florin_moment>(in));
      case Word::taxes: return say("taxes", table<florin_tax_1>(number).taxes, number, out, read<florin_sale>(in));
      default: end(2);
    }
  }

  template <class Function, class... In>
  void say(const char* name, Function function, std::uint32_t number, Answer& out, const In&... in) {
    if (function == nullptr) end(2);
    out.with(ask(name, [&](florin_arena* arena) { return function(instance(number).plugin, &in..., arena); }));
    out.leave(Word::answered);
  }

  static florin_operate* slot(const florin_processor_1& table, std::uint64_t kind) {
    switch (kind) {
      case FLORIN_CHARGE: return table.charge;
      case FLORIN_CANCEL: return table.cancel;
      case FLORIN_REFUND: return table.refund;
      case FLORIN_STATUS: return table.status;
      case FLORIN_PULL: return table.pull;
      case FLORIN_CAPTURE: return table.capture;
      case FLORIN_SAVE_METHOD: return table.save_method;
      case FLORIN_CONFIRM: return table.confirm;
      default: return nullptr;
    }
  }

  /// The functions that an instance has. A table without those that every plugin of its kind has is none: the host says
  /// so.
  std::uint64_t functions(std::uint32_t number, Interface of) const {
    const std::uint32_t size = *static_cast<const std::uint32_t*>(instance(number).table);
    std::uint64_t has = 0;
    if (of == Interface::processor) {
      const auto all = table<florin_processor_1>(number);
      for (std::uint64_t kind = FLORIN_CHARGE; kind <= FLORIN_CONFIRM; ++kind)
        if (slot(all, kind) != nullptr) has |= std::uint64_t{1} << kind;
      if (all.webhook != nullptr) has |= isolated::has_webhook;
      return all.describe == nullptr || size < size_in_1_0<florin_processor_1> ? isolated::no_table : has;
    }
    if (of == Interface::method) {
      const auto all = table<florin_method_1>(number);
      if (all.offered != nullptr) has |= isolated::has_offered;
      return all.describe == nullptr || all.check == nullptr || size < sizeof all ? isolated::no_table : has;
    }
    if (of == Interface::credit_policy) {
      const auto all = table<florin_credit_policy_1>(number);
      return all.decide == nullptr || size < sizeof all ? isolated::no_table : has;
    }
    const auto all = table<florin_tax_1>(number);
    return all.taxes == nullptr || size < sizeof all ? isolated::no_table : has;
  }

  void make(const Frame& frame, const florin_setup& setup, Answer& out) {
    const auto of = static_cast<Interface>(frame.detail);
    const char* interface_id = of == Interface::processor       ? "florin.processor/1"
                               : of == Interface::method        ? "florin.method/1"
                               : of == Interface::credit_policy ? "florin.credit_policy/1"
                                                                : "florin.tax/1";
    auto made = make_instance(entry_, manifest_, interface_id, copied(setup.tenant), copied(setup.config_json));
    if (instances_.size() <= frame.instance) instances_.resize(frame.instance + 1);
    if (made) {
      instances_[frame.instance] = *std::move(made);
      out.with(flat::Made{});
      return out.leave(Word::made, functions(frame.instance, of));
    }
    std::vector<flat::Failure> failures;
    for (const Error& error : made.error())
      failures.push_back({lent(error.code), lent(error.message), lent(error.at.path)});
    out.with(flat::Made{lent(failures)});
    out.leave(Word::made);
  }

  const florin_entry_1* entry_;
  const bool odd_;
  Edges edges_;
  Manifest manifest_;
  std::vector<std::shared_ptr<PluginInstance>> instances_;
};

[[noreturn]] void run(const std::string& file, const std::string& id, bool odd) {
  std::vector<char> bytes;
  watch_loops();
  if (const std::string why = contain_loading(file); !why.empty()) {
    Answer(bytes).fail("cannot_isolate", why);
    end(1);
  }
  Answer(bytes).leave(Word::contained);
  asked = UINT64_MAX;
  const auto entry = load_entry(file);
  asked = 0;
  if (!entry) {
    Answer(bytes).fail(entry.error().code, entry.error().message);
    end(1);
  }
  if (const std::string why = contain_calls(); !why.empty()) {
    Answer(bytes).fail("cannot_isolate", why);
    end(1);
  }
  Answer(bytes).leave(Word::loaded);
  Runner(*entry, id, odd).serve();
}

}  // namespace

}  // namespace florin::runner

int main(int argc, char** argv) {
  if (argc < 3) {
    constexpr char use[] = "florin-plugin-runner is started by florin; see docs/plugins.md\n";
    (void)!::write(2, use, sizeof use - 1);
    return 2;
  }
  try {
    florin::runner::run(argv[1], argv[2], argc > 3);
  } catch (const std::exception&) {
    return 2;
  }
}
