#include "api.hpp"

/// Documents as people read them, and how pages look.
namespace florin::server {

void Api::paper(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const std::string& form = asked->words.back();
    const std::string& number = asked->words[1];
    auto document = papers_.document(asked->caller.tenant, asked->account, number, form);
    if (!document) return asked->fail(document.error());
    HttpReply reply{.status = 200, .body = *std::move(document)};
    reply.headers.emplace_back("Cache-Control", "private, no-cache");
    reply.headers.emplace_back("X-Robots-Tag", "noindex");
    if (form == "html") {
      reply.type = "text/html; charset=utf-8";
      reply.headers.emplace_back("Content-Security-Policy",
                                 "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
                                 "frame-ancestors 'none'");
    }
    if (form == "pdf") {
      reply.type = "application/pdf";
      std::string name = number;
      for (char& c : name)
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) c = '-';
      reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + name + ".pdf\"");
    }
    asked->answer(std::move(reply));
  });
}

void Api::presentation(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    auto answer = papers_.presentation(asked->caller.tenant);
    if (!answer) return asked->fail(answer.error());
    asked->json(*std::move(answer));
  });
}

}  // namespace florin::server
