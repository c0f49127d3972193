#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "florin/result.hpp"
#include "transport/transport.hpp"

namespace florin {

/// One request and what came of it, as it may be kept: names stand in the place of secrets.
struct RecordedExchange {
  std::string method, path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  WireReply reply;
};

/// What a file holds, in its order. Errors: file_missing, bad_record.
Result<std::deque<RecordedExchange>> read_record(const std::filesystem::path& file);

/// Passes requests on, and writes what was exchanged to a file, a JSON object a line.
class Recorder : public Transport {
 public:
  /// scrub   values that are replaced by `[secret]` wherever an answer repeats them
  Recorder(Transport& through, std::filesystem::path file, std::vector<std::string> scrub);
  void send(WireRequest request, Instant now, Done done) override;

 private:
  void write(const RecordedExchange& exchange);
  Transport& through_;
  const std::filesystem::path file_;
  const std::vector<std::string> scrub_;
  std::mutex mutex_;
};

/// Answers from a record, in its order. A request that is not the next one of the record never leaves, and `problem()`
/// says how it differs.
class Replay : public Transport {
 public:
  /// Errors: file_missing, bad_record.
  static Result<std::unique_ptr<Replay>> open(const std::filesystem::path& file);
  void send(WireRequest request, Instant now, Done done) override;

  std::size_t left() const { return exchanges_.size(); }
  const std::string& problem() const { return problem_; }

 private:
  explicit Replay(std::deque<RecordedExchange> exchanges) : exchanges_(std::move(exchanges)) {}
  std::deque<RecordedExchange> exchanges_;
  std::string problem_;
};

}  // namespace florin
