#include "api.hpp"
#include "florin/bodies.hpp"

/// The few pages that a backend engineer opens in a browser: the reference, and what a problem means.
namespace florin::server {

namespace {

constexpr std::string_view docs_page = R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Florin API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
code,pre{font:14px/1.4 ui-monospace,monospace}pre{overflow:auto;background:#f4f4f2;padding:.75rem;border-radius:6px}
summary{cursor:pointer;padding:.35rem 0}summary b{display:inline-block;min-width:3.5rem}
</style></head><body><h1>Florin API</h1>
<p>Every command is a route. The whole reference as a file: <a href="/openapi.json">openapi.json</a>.</p>
<main id="routes" aria-busy="true"></main>
<script src="/docs/reference.js"></script></body></html>
)page";

constexpr std::string_view docs_script = R"js('use strict';
(async () => {
  const api = await (await fetch('/openapi.json')).json();
  const at = document.getElementById('routes');
  const add = (parent, tag, text) => {
    const made = document.createElement(tag);
    made.textContent = text;
    parent.append(made);
    return made;
  };
  const whole = (schema, depth = 0) => {
    if (schema && schema.$ref && depth < 6)
      return whole(api.components.schemas[schema.$ref.split('/').pop()], depth + 1);
    if (Array.isArray(schema)) return schema.map((one) => whole(one, depth));
    if (!schema || typeof schema !== 'object') return schema;
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, whole(value, depth)]));
  };
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, one] of Object.entries(methods)) {
      const box = document.createElement('details');
      const line = add(box, 'summary', '');
      add(line, 'b', method.toUpperCase());
      add(line, 'code', ' ' + path);
      add(box, 'p', [one.summary, one.description].filter(Boolean).join('. '));
      const body = one.requestBody && one.requestBody.content['application/json'];
      if (body && Object.keys(body.schema).length) add(box, 'pre', JSON.stringify(whole(body.schema), null, 1));
      at.append(box);
    }
  at.removeAttribute('aria-busy');
})();
)js";

HttpReply page(std::string type, std::string body) {
  HttpReply reply{.type = std::move(type), .body = std::move(body)};
  reply.headers.emplace_back("Cache-Control", "no-cache");
  reply.headers.emplace_back("Content-Security-Policy",
                             "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; "
                             "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  return reply;
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == text.npos;
}

std::string_view what_to_do(int status) {
  switch (status) {
    case 400: return "The request is not what this address takes: mend it. Nothing was done.";
    case 401: return "Send a working key of this host: Authorization: Bearer fl_…";
    case 402: return "The customer buys credits, changes the plan, adds a payment method or pays what is open.";
    case 403: return "The key lacks a scope, or the customer's role may not do this.";
    case 404: return "There is no such thing, or it is not this key's. Nothing was done.";
    case 409: return "It is so already, or something else is under way: look at the account, then decide.";
    case 410: return "The personal data was erased. It does not come back.";
    case 412: return "Somebody else changed the account meanwhile: read it again.";
    case 502: return "A plugin failed while it was asked. Send the same request with the same key again.";
    case 503: return "Nothing was written. Send the same request with the same key again, after Retry-After.";
    default: return "A rule of the operator refuses this: `detail` says which, `rule` where it stands.";
  }
}

}  // namespace

void Api::serve_file(const HttpRequest& request, const Answer& answer) {
  if (serve_page(request, answer)) return;
  static const std::string reference = openapi();
  if (request.path == "/openapi.json") return answer(page("application/json", reference));
  if (request.path == "/docs") return answer(page("text/html; charset=utf-8", std::string(docs_page)));
  if (request.path == "/docs/reference.js")
    return answer(page("text/javascript; charset=utf-8", std::string(docs_script)));
  if (request.segments.size() == 2 && request.segments[0] == "problems" && is_code(request.segments[1])) {
    const std::string& code = request.segments[1];
    const int status = status_of(code);
    return answer(page("text/html; charset=utf-8", "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>" +
                                                       code + "</title><h1>" + title_of(code) + "</h1><p><code>" +
                                                       code + "</code>, HTTP " + std::to_string(status) + "</p><p>" +
                                                       std::string(what_to_do(status)) + "</p>\n"));
  }
  answer(reply_of(Problem{.code = "not_found", .detail = "There is nothing at this address."}, request));
}

}  // namespace florin::server
