#include <algorithm>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>

#include "api.hpp"

/// The portal, the console and the widget: files of a folder, with the policies that keep other people's scripts out.
namespace florin::server {

namespace {

struct Type {
  std::string_view ending, type;
};
constexpr Type types[] = {{".js", "text/javascript; charset=utf-8"},
                          {".css", "text/css; charset=utf-8"},
                          {".json", "application/json"},
                          {".png", "image/png"},
                          {".webp", "image/webp"},
                          {".ico", "image/x-icon"},
                          {".svg", "image/svg+xml"},
                          {".woff2", "font/woff2"},
                          {".map", "application/json"}};

/// What the script of a provider needs, on its page alone.
struct Provider {
  std::string_view adapter, scripts, frames, connects, images, forms;
};
constexpr Provider providers[] = {
    {"stripe_elements", "https://js.stripe.com https://*.js.stripe.com",
     "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com", "https://api.stripe.com",
     "https://*.stripe.com", "https://hooks.stripe.com"},
    {"razorpay_checkout", "https://checkout.razorpay.com", "https://api.razorpay.com https://checkout.razorpay.com",
     "https://api.razorpay.com https://lumberjack.razorpay.com", "https://*.razorpay.com", "https://api.razorpay.com"}};

bool is_file_name(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.size() <= 128 && name.front() != '.' &&
         name.find_first_not_of(letters) == std::string_view::npos;
}

std::optional<std::string> bytes_of(const std::filesystem::path& file) {
  std::error_code failed;
  constexpr std::uintmax_t largest = 8U << 20U;
  if (!std::filesystem::is_regular_file(file, failed) || std::filesystem::file_size(file, failed) > largest)
    return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  return in ? std::optional(std::string(std::istreambuf_iterator<char>(in), {})) : std::nullopt;
}

std::string joined(const std::vector<std::string>& origins) {
  std::string all;
  for (const std::string& origin : origins) all += (all.empty() ? "" : " ") + origin;
  return all.empty() ? "'none'" : all;
}

std::string policy(const std::string& frame_ancestors) {
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
         "'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors " +
         frame_ancestors + "; require-trusted-types-for 'script'";
}

std::string policy_of(const Provider& provider) {
  const auto with = [](std::string_view own, std::string_view hosts) {
    return std::string(own) + " 'self' " + std::string(hosts) + "; ";
  };
  return "default-src 'none'; " + with("script-src", provider.scripts) + with("frame-src", provider.frames) +
         with("connect-src", provider.connects) + with("img-src data:", provider.images) +
         with("form-action", provider.forms) +
         "style-src 'self' 'unsafe-inline'; font-src 'self'; base-uri 'none'; frame-ancestors 'self'";
}

bool is_origin(std::string_view text) {
  constexpr std::string_view scheme = "https://",
                             letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:";
  return text.starts_with(scheme) && text.size() > scheme.size() && text.size() <= 300 &&
         text.substr(scheme.size()).find_first_not_of(letters) == text.npos;
}

/// The page that posts a bank's form may post to the one bank that its address names, and run nobody else's script.
std::string policy_of_form(const HttpRequest& request) {
  const std::string* to = request.parameter("to");
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri "
         "'none'; frame-ancestors 'none'; form-action " +
         (to != nullptr && is_origin(*to) ? *to : "'none'") + "; require-trusted-types-for 'script'";
}

/// Of what the page is: portal.html, console.html, widget.html, that of a provider's form, or a file of assets/.
struct Page {
  std::string file, csp;
  bool asset = false, provider = false, framed = false;
};

std::optional<Page> page_of(const HttpRequest& request, const ServiceSettings& settings) {
  const auto& words = request.segments;
  const std::string first = words.empty() ? std::string() : words[0];
  if (first == "portal" || (first == "pay" && words.size() == 2)) return Page{"portal.html", policy("'none'")};
  if (first == "console") return Page{"console.html", policy("'none'")};
  if (first == "widget" && words.size() == 2)
    return Page{"widget.html", policy(joined(settings.embed)), false, false, true};
  if (first == "widget.js" && words.size() == 1) return Page{"widget.js", {}, true, false, true};
  if (first == "assets" && words.size() == 2 && is_file_name(words[1])) return Page{"assets/" + words[1], {}, true};
  if (first == "provider" && words.size() == 2 && words[1] == "post")
    return Page{"post.html", policy_of_form(request), false, true};
  if (first == "provider" && words.size() == 2)
    for (const Provider& one : providers)
      if (one.adapter == words[1]) return Page{std::string(one.adapter) + ".html", policy_of(one), false, true};
  return std::nullopt;
}

HttpReply reply_with(const Page& page, std::string body) {
  HttpReply reply{.type = "text/html; charset=utf-8", .body = std::move(body)};
  if (page.asset)
    for (const Type& one : types)
      if (page.file.ends_with(one.ending)) reply.type = one.type;
  const bool hashed = page.asset && page.file != "widget.js";
  reply.headers = {{"Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-store"},
                   {"Cross-Origin-Resource-Policy", page.framed ? "cross-origin" : "same-origin"},
                   {"X-Robots-Tag", "noindex"},
                   {"Referrer-Policy", page.provider ? "strict-origin" : "same-origin"}};
  if (page.asset) return reply;
  reply.headers.emplace_back("Content-Security-Policy", page.csp);
  reply.headers.emplace_back("Permissions-Policy",
                             "payment=(self \"https://js.stripe.com\"), camera=(), geolocation=()");
  if (!page.provider && !page.framed) reply.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  return reply;
}

}  // namespace

/// False: it is no address of a page.
bool Api::serve_page(const HttpRequest& request, const Answer& answer) {
  const auto page = page_of(request, *settings());
  if (!page) return false;
  boost::asio::post(pool_, [this, request, answer, page = *page] {
    const auto bytes =
        settings()->pages.empty() ? std::nullopt : bytes_of(std::filesystem::path(settings()->pages) / page.file);
    if (!bytes)
      return answer(reply_of(Problem{.code = "not_found", .detail = "There is no page at this address."}, request));
    HttpReply reply = reply_with(page, *bytes);
    if (secure()) reply.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
    answer(std::move(reply));
  });
  return true;
}

}  // namespace florin::server
