#include "transport/record.hpp"

#include <boost/json.hpp>
#include <fstream>

#include "transport/secrets.hpp"

namespace florin {

namespace {

namespace json = boost::json;

json::array pairs(const std::vector<std::pair<std::string, std::string>>& all) {
  json::array array;
  for (const auto& [name, value] : all) array.push_back(json::array{name, value});
  return array;
}

std::vector<std::pair<std::string, std::string>> pairs(const json::value& array) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const json::value& pair : array.as_array())
    all.emplace_back(pair.as_array().at(0).as_string(), pair.as_array().at(1).as_string());
  return all;
}

constexpr std::string_view arrivals[] = {"answered", "never_left", "lost"};

RecordedExchange read(const json::object& line) {
  RecordedExchange exchange;
  exchange.method = line.at("method").as_string();
  exchange.path = line.at("path").as_string();
  exchange.headers = pairs(line.at("headers"));
  exchange.body = line.at("body").as_string();
  const json::object& reply = line.at("reply").as_object();
  for (std::size_t i = 0; i < std::size(arrivals); ++i)
    if (reply.at("arrived").as_string() == arrivals[i]) exchange.reply.arrived = static_cast<Arrival>(i);
  exchange.reply.status = static_cast<int>(reply.at("status").as_int64());
  exchange.reply.headers = pairs(reply.at("headers"));
  exchange.reply.body = reply.at("body").as_string();
  return exchange;
}

}  // namespace

Recorder::Recorder(Transport& through, std::filesystem::path file, std::vector<std::string> scrub)
    : through_(through), file_(std::move(file)), scrub_(std::move(scrub)) {}

void Recorder::send(WireRequest request, Instant now, Done done) {
  RecordedExchange exchange{request.method, request.path, request.headers_shown, request.body_shown, {}};
  through_.send(std::move(request), now,
                [this, exchange = std::move(exchange), done = std::move(done)](WireReply reply) mutable {
                  exchange.reply = reply;
                  write(exchange);
                  done(std::move(reply));
                });
}

void Recorder::write(const RecordedExchange& exchange) {
  const WireReply& reply = exchange.reply;
  std::string line = json::serialize(
      json::object{{"method", exchange.method},
                   {"path", exchange.path},
                   {"headers", pairs(exchange.headers)},
                   {"body", exchange.body},
                   {"reply", json::object{{"arrived", arrivals[static_cast<std::size_t>(reply.arrived)]},
                                          {"status", reply.status},
                                          {"headers", pairs(reply.headers)},
                                          {"body", reply.body}}}});
  scrub(line, scrub_);
  const std::lock_guard lock(mutex_);
  std::ofstream(file_, std::ios::app | std::ios::binary) << line << '\n';
}

Result<std::deque<RecordedExchange>> read_record(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{.code = "file_missing", .message = "there is no record " + file.string()};
  std::deque<RecordedExchange> exchanges;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    try {
      exchanges.push_back(read(json::parse(line).as_object()));
    } catch (const std::exception& why) {
      return Error{.code = "bad_record",
                   .message = file.string() + ":" + std::to_string(number) + ": " + std::string(why.what())};
    }
  }
  return exchanges;
}

Result<std::unique_ptr<Replay>> Replay::open(const std::filesystem::path& file) {
  auto exchanges = read_record(file);
  if (!exchanges) return exchanges.error();
  return std::unique_ptr<Replay>(new Replay(*std::move(exchanges)));
}

void Replay::send(WireRequest request, Instant, Done done) {
  const auto differs = [&](std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
    done({.arrived = Arrival::never_left, .problem = problem_});
  };
  if (exchanges_.empty()) return differs("the record has ended before " + request.method + " " + request.path);
  const RecordedExchange& next = exchanges_.front();
  if (request.method != next.method || request.path != next.path)
    return differs(request.method + " " + request.path + " instead of " + next.method + " " + next.path);
  if (request.body_shown != next.body) return differs("body " + request.body_shown + " instead of " + next.body);
  if (request.headers_shown != next.headers) return differs("other headers at " + request.path);
  WireReply reply = next.reply;
  exchanges_.pop_front();
  done(std::move(reply));
}

}  // namespace florin
