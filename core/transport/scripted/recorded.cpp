#include "transport/scripted/recorded.hpp"

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <string_view>

#include "transport/record.hpp"
#include "transport/scripted/key.hpp"

namespace florin {

namespace {

namespace json = boost::json;

/// `with` in place of each key of the host.
std::string without_keys(const std::string& text, std::string_view with) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = key_in(text, 0); at != std::string::npos; at = key_in(text, done)) {
    out.append(text, done, at - done).append(with);
    done = at + key_digits;
  }
  return out.append(text, done, std::string::npos);
}

ScriptedAnswer answered(std::string method, std::string path, const std::string& where) {
  return {.method = std::move(method), .path = without_keys(path.substr(0, path.find('?')), "*"), .where = where};
}

Result<std::vector<ScriptedAnswer>> of_lines(const std::filesystem::path& file) {
  const auto exchanges = read_record(file);
  if (!exchanges) return exchanges.error();
  std::vector<ScriptedAnswer> answers;
  for (const RecordedExchange& exchange : *exchanges) {
    ScriptedAnswer& answer = answers.emplace_back(
        answered(exchange.method, exchange.path, file.string() + ":" + std::to_string(answers.size() + 1)));
    answer.status = exchange.reply.status;
    answer.headers = exchange.reply.headers;
    answer.body = without_keys(exchange.reply.body, "${key}");
    if (exchange.reply.arrived == Arrival::lost) answer.fault = AnswerFault::lost;
    if (exchange.reply.arrived == Arrival::never_left) answer.fault = AnswerFault::refused;
  }
  return answers;
}

std::string text_or_json(const json::value& value) {
  std::string text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  for (std::size_t at = text.find("{key}"); at != std::string::npos; at = text.find("{key}", at + 6))
    text.insert(at, "$");
  return text;
}

ScriptedAnswer reply_of(const json::object& reply, const std::string& to, const std::string& where) {
  std::string asked = to;
  if (const auto* own = reply.if_contains("to"); own != nullptr && own->is_string()) asked = own->get_string();
  ScriptedAnswer answer{.where = where};
  if (is_method_and_path(asked)) {
    answer.method = asked.substr(0, asked.find(' '));
    answer.path = asked.substr(asked.find(' ') + 1);
  }
  if (const auto* status = reply.if_contains("status"); status != nullptr && status->is_int64())
    answer.status = static_cast<int>(status->get_int64());
  if (const auto* body = reply.if_contains("body")) answer.body = text_or_json(*body);
  if (const auto* headers = reply.if_contains("headers"); headers != nullptr && headers->is_object())
    for (const auto& [name, value] : headers->get_object()) answer.headers.emplace_back(name, text_or_json(value));
  return answer;
}

Result<std::vector<ScriptedAnswer>> of_exchange(const std::filesystem::path& file, const std::string& to) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{.code = "file_missing", .message = "there is no record " + file.string()};
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  boost::system::error_code failed;
  const json::value read = json::parse(text, failed);
  const auto* object = failed ? nullptr : read.if_object();
  const auto* replies = object == nullptr ? nullptr : object->if_contains("replies");
  if (replies == nullptr || !replies->is_array() || replies->get_array().empty())
    return Error{.code = "bad_record", .message = file.string() + ": an exchange has `replies`, a list of them"};
  std::vector<ScriptedAnswer> answers;
  for (const json::value& reply : replies->get_array()) {
    const std::string where = file.string() + ", reply " + std::to_string(answers.size() + 1);
    if (reply.is_object()) answers.push_back(reply_of(reply.get_object(), to, where));
    if (!reply.is_object() || answers.back().method.empty())
      return Error{.code = "bad_record",
                   .message = where + ": say which request it answers, `to: POST /payments`, here or in the story"};
  }
  return answers;
}

}  // namespace

Result<std::vector<ScriptedAnswer>> recorded_answers(const std::filesystem::path& file, const std::string& to) {
  return file.extension() == ".jsonl" ? of_lines(file) : of_exchange(file, to);
}

bool is_method_and_path(const std::string& to) {
  const std::size_t blank = to.find(' ');
  return blank != std::string::npos && to.find('/', blank) == blank + 1 && to.find('?') == std::string::npos;
}

}  // namespace florin
