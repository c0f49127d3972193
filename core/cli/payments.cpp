#include <iostream>

#include "commands.hpp"
#include "florin/check.hpp"
#include "florin/host.hpp"
#include "florin/printable.hpp"
#include "outcome.hpp"

namespace florin::cli {

namespace {

/// What a request line says of a webhook: `GET /hook?id=7 HTTP/1.1`.
void read_request_line(const std::string& line, WebhookCall& request) {
  const std::size_t address = line.find(' '), end = line.find(' ', address + 1), mark = line.find('?', address);
  request.method = line.substr(0, address);
  if (mark < end) request.query = line.substr(mark + 1, end - mark - 1);
}

/// Headers a line each, an empty line, and the body to the last byte, as a server or a proxy records it. A request line
/// may stand before them.
Result<WebhookCall> recorded(const std::string& file) {
  const auto read = bytes_of(file);
  if (!read) return read.error();
  const std::string& bytes = *read;
  WebhookCall request;
  std::size_t at = 0;
  for (std::uint32_t line = 1;; ++line) {
    const std::size_t end = bytes.find('\n', at);
    if (end == std::string::npos)
      return Error{.code = "bad_request",
                   .message = "there is no empty line between headers and body",
                   .at = {.file = file, .line = line}};
    std::string text = bytes.substr(at, end - at);
    at = end + 1;
    if (text.ends_with('\r')) text.pop_back();
    if (text.empty()) break;
    const std::size_t colon = text.find(':');
    if (line == 1 && text.find(" HTTP/") != std::string::npos) {
      read_request_line(text, request);
      continue;
    }
    if (colon == std::string::npos || colon == 0)
      return Error{.code = "bad_request",
                   .message = "this is no header, such as Stripe-Signature: t=1…",
                   .at = {.file = file, .line = line}};
    const std::size_t value = text.find_first_not_of(' ', colon + 1);
    request.headers.push_back({text.substr(0, colon), value == std::string::npos ? "" : text.substr(value)});
  }
  request.body = bytes.substr(at);
  return request;
}

}  // namespace

int webhook(const StatementWords& words) {
  const auto tenant = TenantId::parse(words.tenant);
  if (!tenant) return failed_to_read("--tenant", tenant);
  const auto processor = ProcessorId::parse(words.processor);
  if (!processor) return failed_to_read("--processor", processor);
  const auto request = recorded(words.file);
  if (!request) return unfit_file(request.error());
  auto host = open_known_host(words.config, words.data, {*tenant});
  if (!host) return fail(host.error());
  if (const auto error = unknown(*host, *tenant)) return was_refused(*error);
  const auto taken = host->webhook(*tenant, *processor, *request);
  if (!taken) return was_refused(taken.error());
  std::cout << words.file << " is taken\n";
  if (taken->body != "{}") std::cout << "answered with " << printable(taken->body) << "\n";
  return written(fine);
}

int payments(const TenantWords& words) {
  return on_tenant(words, [](const Host& host, const TenantId& tenant) {
    const auto waiting = host.payments(tenant);
    if (!waiting) return was_refused(waiting.error());
    std::cout << *waiting << "\n";
    return written(fine);
  });
}

int reconcile(const TenantWords& words, const std::string& processor_word, const std::string& day) {
  const auto processor = ProcessorId::parse(processor_word);
  if (!processor) return failed_to_read("--processor", processor);
  const auto date = Date::parse(day);
  if (!date) return failed_to_read("--day", date);
  const auto from = Instant::parse(date->text() + "T00:00Z");
  if (!from) return failed_to_read("--day", from);
  return on_tenant(words, [&](Host& host, const TenantId& tenant) {
    const auto report = host.reconcile(tenant, *processor, *from, *from + hours(24));
    if (!report) return was_refused(report.error());
    for (const std::string& difference : report->discrepancies) std::cout << printable(difference) << "\n";
    std::cout << report->theirs << " in the books of " << processor->text() << ", " << report->same << " the same, "
              << report->learned << " learned, " << report->discrepancies.size() << " for a person\n";
    return written(report->discrepancies.empty() ? fine : problems);
  });
}

}  // namespace florin::cli
