/* florin/plugin.h: the interface between Florin and its plugins, version 1.2.
 *
 * A plugin is a set of pure functions. One that needs a provider maps an operation and the provider's replies so far
 * to either the next request or the outcome. The host sends the request, appends the reply and calls again. A plugin
 * has no socket, clock, random source, lock, thread, callback or secret.
 *
 * Rules that hold everywhere:
 *   purity     same bytes in, same bytes out: on any thread, in any process, again after a crash. Functions of one
 *              instance may run at the same time on many threads; nothing may change after create.
 *   ownership  what is passed in is borrowed until the call returns. What is handed back lies in the call's arena, in
 *              the input, in the instance, or is constant. Nobody frees or writes the other side's memory.
 *   growth     a struct that starts with `size` may gain fields at its end. The writer sets size to its own sizeof;
 *              the reader asks FLORIN_HAS before it reads a field newer than 1.0. Elements of a florin_list grow the
 *              same way: the stride is the writer's sizeof. Text, pair, list, money, span, term, value, header and
 *              json never change. A changed meaning is a new interface id.
 *   zero       unused bytes and absent fields are zero, and zero is the careful meaning of every code. An unknown
 *              code is read as zero.
 *   text       UTF-8 or bytes, pointer and length, not terminated. {NULL, 0} is absent.
 *   money      int64 minor units of an ISO 4217 currency. No floating point anywhere.
 *   time       int64 microseconds since 1970 UTC; 0 is absent. A plain date is the int32 yyyymmdd.
 *   failure    NULL. If arena->wanted is not zero the host calls again with more room; otherwise the plugin failed,
 *              and what was already sent decides between "not sent" and "unknown". No exception crosses the line.
 *
 * Build as a shared library that exports florin_plugin_entry_1 and nothing else. 64-bit, C11 or C++11 and later. */
/* NOLINTBEGIN(modernize-use-nullptr,bugprone-macro-parentheses): it is C, and the manifest is a string literal */
#ifndef FLORIN_PLUGIN_H
#define FLORIN_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#define FLORIN_ASSERT static_assert
#define FLORIN_CODES : uint32_t
#else
#define FLORIN_ASSERT _Static_assert
#define FLORIN_CODES
#endif

#define FLORIN_ABI_MAJOR 1
#define FLORIN_ABI_MINOR 2
#define FLORIN_EXPORT __attribute__((visibility("default")))

/* Puts the manifest where the host reads it without running any code of the file: the section `.florin`, as a line
 * with the version of this header, then JSON:
 *   id          1 to 64 of [a-z0-9_-], unique in a host
 *   version     of the plugin
 *   interfaces  ["florin.processor/1"]
 *   endpoints   processor: {name: default address}; requests go nowhere else
 *   secrets     processor: {name: {"for": endpoint}}; without "for" a secret never leaves the host as it is
 *   credentials processor: {name: {"for": endpoint}}: what the host obtains itself with the request that `describe`
 *               gives (florin_credential), such as an OAuth token. A value names it like a secret (1.2)
 *   person      processor: ["email", "phone"]: what it must know of whom is charged. The host hands over these words
 *               alone, and sends no charge and saves no method while one of them is missing (1.1)
 *   browser     processor: true: a charge and a saving are handed what is known of their customer's browser, as
 *               florin_browser. Often nothing is, and they must work without it (1.2)
 *   config      JSON Schema of what the operator writes */
#define FLORIN_MANIFEST(name, json) \
  __attribute__((section(".florin"), used)) static const char name[] = "florin 1.2\n" json

/* ---- Frozen values ---------------------------------------------------------------------------------------------- */

typedef struct florin_text {
  const char* ptr;
  uint64_t len;
} florin_text;

typedef struct florin_pair {
  florin_text name, value;
} florin_pair;

/* An array of any one type: element i starts at at + i * stride. Read it with FLORIN_AT. */
typedef struct florin_list {
  const void* at;
  uint32_t count, stride;
} florin_list;

typedef struct florin_money {
  int64_t minor;
  char currency[4]; /* "USD"; "" when not known */
  uint8_t exponent; /* how many decimals the minor unit has */
  uint8_t zero[3];
} florin_money;

enum FLORIN_CODES { FLORIN_NO_SPAN = 0, FLORIN_SECONDS = 1, FLORIN_DAYS = 2, FLORIN_MONTHS = 3 };
typedef struct florin_span { /* a length of the calendar, added by the host in the tenant's zone */
  uint32_t unit;
  int32_t count;
} florin_span;

/* JSON as the host read it: every value of the text, sorted by pointer (RFC 6901) in byte order. A text that is no
 * JSON, repeats a key, or is over the limits (1 MiB, 32 levels, 100000 values, a
 * table of eight times the text) has no table. */
enum FLORIN_CODES {
  FLORIN_JSON_NULL = 0,
  FLORIN_JSON_TRUE = 1,
  FLORIN_JSON_FALSE = 2,
  FLORIN_JSON_NUMBER = 3, /* text as written: fractions stay exact */
  FLORIN_JSON_STRING = 4,
  FLORIN_JSON_ARRAY = 5,
  FLORIN_JSON_OBJECT = 6
};
typedef struct florin_json {
  florin_text pointer;  /* "" is the whole text */
  uint32_t kind, count; /* members or items */
  florin_text text;     /* of a scalar */
} florin_json;

/* ---- Values that only the host can finish -------------------------------------------------------------------------
 *
 * A value is plain text (no terms) or a short postfix program that the host runs when it sends or checks: so a
 * secret, the sending time or a signature gets into a message whose author never sees it. No loop, at most 64 terms
 * and 16 places, exactly one result. What is kept of a request is the program, so a record holds no secret.
 *
 * A bare secret goes only to the endpoint it is bound to. Anywhere else it must have gone through an HMAC or a
 * digest. */
enum FLORIN_CODES {
  FLORIN_PUT = 1,     /* text */
  FLORIN_SECRET = 2,  /* text: its name in the manifest */
  FLORIN_NOW = 3,     /* number: a form below; one instant for the whole request */
  FLORIN_BODY = 4,    /* the finished body of this request; not inside the body itself */
  FLORIN_JOIN = 16,   /* number: how many, oldest first */
  FLORIN_HMAC = 17,   /* number: digest; key below data -> raw bytes */
  FLORIN_DIGEST = 32, /* number: digest -> raw bytes */
  FLORIN_HEX = 33,
  FLORIN_BASE64 = 34,
  FLORIN_PERCENT = 35,   /* percent-encoded: for forms and queries */
  FLORIN_JSON_TEXT = 36, /* escaped for the inside of a JSON string */
  FLORIN_UNHEX = 37,     /* the bytes that hex text stands for, such as a key that a provider gives so (1.2) */
  FLORIN_UNBASE64 = 38,  /* of base64 or base64url, with or without padding (1.2) */
  FLORIN_BASE64URL = 39  /* without padding, as in a JWT (1.2) */
};
enum FLORIN_CODES { FLORIN_SHA256 = 1, FLORIN_SHA512 = 2 };
enum FLORIN_CODES {
  FLORIN_UNIX_SECONDS = 1,
  FLORIN_UNIX_MILLIS = 2,
  FLORIN_RFC3339 = 3,
  FLORIN_YYYYMMDD = 4,        /* 20260310 (1.2) */
  FLORIN_YYYYMMDDTHHMMSS = 5, /* 20260310T090000Z (1.2) */
  FLORIN_HTTP_DATE = 6        /* Tue, 10 Mar 2026 09:00:00 GMT (1.2) */
};
typedef struct florin_term {
  uint32_t code, number;
  florin_text text;
} florin_term;
typedef struct florin_value {
  florin_text text;
  const florin_term* terms;
  uint64_t count;
} florin_value;
typedef struct florin_header {
  florin_text name;
  florin_value value;
} florin_header;

/* ---- The arena -------------------------------------------------------------------------------------------------- */

typedef struct florin_arena {
  uint32_t size, zero;
  char *next, *end;
  uint64_t wanted; /* bytes that did not fit */
} florin_arena;

/* 16-byte aligned and zero. NULL when full: return NULL at once, and the host calls again with more room. */
static inline void* florin_alloc(florin_arena* arena, uint64_t bytes) {
  uint64_t need = (bytes + 15u) & ~(uint64_t)15u;
  char* at = arena->next;
  if (need < bytes || need > (uint64_t)(arena->end - at)) {
    arena->wanted += bytes + 15u;
    return NULL;
  }
  memset(at, 0, (size_t)need);
  arena->next = at + need;
  return at;
}

/* ---- Requests and replies: at most 16 requests an operation, 64 headers, 1 MiB a body and a reply ---------------- */

enum FLORIN_CODES {                  /* what it means that an answer got lost */
                    FLORIN_ONCE = 0, /* may have acted, must not be sent twice: the outcome is unknown */
                    FLORIN_REPEATABLE =
                        1,          /* the provider makes the same bytes act once: the host may send them again */
                    FLORIN_READ = 2 /* changes nothing: the host sends again as it likes */
};
enum FLORIN_CODES { FLORIN_NO_MONEY = 1u }; /* acts but cannot move money: a lost answer is "not sent", not unknown */
typedef struct florin_request {
  uint32_t size, effect, flags, zero;
  florin_text endpoint; /* its name in the manifest */
  florin_text method;   /* GET, POST, ... */
  florin_text path;     /* "/v1/x?y=z" */
  florin_list headers;  /* florin_header */
  florin_value body;
} florin_request;

typedef struct florin_reply {
  uint32_t size, status; /* HTTP status; a plugin never sees a reply that got lost */
  florin_list headers;   /* florin_pair, names in lower case */
  florin_text body;
  florin_list json; /* florin_json */
  int64_t received_at_us;
} florin_reply;

typedef struct florin_replies {
  uint32_t size, zero;
  florin_list replies; /* florin_reply, oldest first */
} florin_replies;

/* ---- What an operation came to ---------------------------------------------------------------------------------- */

enum FLORIN_CODES {
  FLORIN_UNKNOWN = 0,  /* it may have happened */
  FLORIN_NOT_SENT = 1, /* this sending did nothing: refused before execution, throttled, not authenticated; from status
                          it only means that nothing was learned */
  FLORIN_DECLINED = 2, /* asked and refused */
  FLORIN_PENDING = 3,
  FLORIN_NEEDS_ACTION = 4,
  FLORIN_AUTHORISED = 5,
  FLORIN_CAPTURED = 6,
  FLORIN_VOIDED = 7,
  FLORIN_EXPIRED = 8,
  FLORIN_ABSENT = 9, /* status, cancel: the provider knows none of our references, as of this reply */
  FLORIN_REFUNDED = 10,
  FLORIN_REFUND_FAILED = 11,
  FLORIN_SAVED = 12,    /* a method: `saved` says which */
  FLORIN_REVERSED = 13, /* claims: a debit that came and has gone back, returned late by a bank; it is declined where
                           its money was not known to have come (1.2) */
  FLORIN_PARTLY_CAPTURED = 14 /* for good less than was asked: `amount` is what came. The host gives it back, and the
                                 order goes on as after a refusal for want of money (1.2) */
};

enum FLORIN_CODES {                  /* why not, in the words of the retry rules */
                    FLORIN_SOFT = 0, /* no reason, or one we do not know */
                    FLORIN_TECHNICAL = 1,
                    FLORIN_FUNDS = 2,
                    FLORIN_AUTHENTICATE = 3,
                    FLORIN_BAD_DATA = 4,
                    FLORIN_HARD = 5,
                    FLORIN_FRAUD = 6,
                    FLORIN_MANDATE_GONE = 7,
                    FLORIN_CUSTOMER_GAVE_UP = 8,
                    FLORIN_MISCONFIGURED = 9,
                    FLORIN_THROTTLED = 10
};
typedef struct florin_reason {
  uint32_t size, kind;
  florin_text code; /* the provider's own, unchanged */
  florin_text text; /* the provider's words, for staff */
} florin_reason;

enum FLORIN_CODES {
  FLORIN_WAIT = 0,
  FLORIN_REDIRECT = 1,
  FLORIN_DISPLAY = 2,
  FLORIN_ENTER = 3, /* fields: what is to be typed, such as a code that was sent: its name, and its label as value. It
                       comes to `confirm` (1.2) */
  FLORIN_POST = 4   /* the customer's browser posts `fields`, as they are, to `url`: a form of a bank (1.2) */
};
typedef struct florin_action { /* what the customer must do */
  uint32_t size, kind;
  florin_text url;
  florin_list fields; /* florin_pair: what to show, such as qr, uri, reference */
  int64_t expires_at_us;
} florin_action;

typedef struct florin_saved { /* a method that the provider keeps */
  uint32_t size, zero;
  florin_text token;  /* what a charge gets as method_ref; never a number */
  florin_text brand;  /* "visa"; absent where the method has none */
  florin_text masked; /* what may be shown: "4242", "pr***@okbank" */
} florin_saved;

typedef struct florin_outcome {
  uint32_t size, state;
  florin_money amount; /* what the provider says moved or is held; the host compares */
  florin_text ref;     /* the provider's id of this payment or refund */
  florin_text raw;     /* the provider's own status word */
  const florin_reason* reason;
  const florin_action* action;
  int64_t poll_after_us; /* a duration; 0: the schedule of the method */
  int64_t happened_at_us;
  const florin_saved* saved; /* of FLORIN_SAVED, and of FLORIN_CAPTURED with FLORIN_MAY_KEEP */
  florin_money fee;       /* what the provider kept of a captured payment, its tax included; "" when not known (1.1) */
  florin_text settlement; /* the provider's id of the payout that the payment is in, once it is in one (1.1) */
} florin_outcome;

/* SEND: one request; its reply is appended and the function called again. Before a further request the host computes
 * the earlier ones again: one that differs means the plugin changed or is not pure, and the operation ends as unknown.
 * DONE: the outcome. */
enum FLORIN_CODES { FLORIN_SEND = 1, FLORIN_DONE = 2 };
typedef struct florin_step {
  uint32_t size, kind;
  const florin_request* request;
  const florin_outcome* outcome;
  florin_list claims; /* florin_claim: of a pull, what the provider's books hold. A page has an outcome without a state,
                         a raw word or a reason; with one of these the pull failed, as it did when an answer of the
                         provider was not 2xx or its JSON could not be read */
  florin_text cursor; /* of a pull: where the next one goes on; absent: there is no more */
} florin_step;

/* ---- The plugin itself ------------------------------------------------------------------------------------------ */

typedef struct florin_plugin florin_plugin; /* an instance; the plugin's own business */

typedef struct florin_problem {
  florin_text path; /* JSON pointer into the config, or the field of a form */
  florin_text text; /* what is wrong and what would be right */
} florin_problem;

typedef struct florin_setup {
  uint32_t size, abi_minor; /* the host's */
  florin_text config_json;  /* this tenant's own block; no secret */
  florin_list config;       /* florin_json: the same, read */
  florin_text tenant;
} florin_setup;

typedef struct florin_made {
  uint32_t size, zero;
  florin_plugin* plugin; /* NULL: see problems */
  florin_list problems;  /* florin_problem */
} florin_made;

typedef struct florin_entry_1 {
  uint32_t size, abi_minor; /* the plugin's */
  const florin_made* (*create)(const florin_setup*, florin_arena*);
  const void* (*query)(const florin_plugin*, const char* interface_id); /* unknown: NULL */
  void (*destroy)(florin_plugin*);                                      /* may be NULL */
} florin_entry_1;

FLORIN_EXPORT const florin_entry_1* florin_plugin_entry_1(void);

/* ---- "florin.processor/1" --------------------------------------------------------------------------------------- */

enum FLORIN_CODES {
  FLORIN_CHARGE = 1,
  FLORIN_CANCEL = 2, /* nobody waits for it: VOIDED, or what the payment is if it cannot be cancelled any more */
  FLORIN_REFUND = 3,
  FLORIN_STATUS = 4,
  FLORIN_PULL = 5,    /* a page of the provider's own books, for reconciliation; with `ref` (1.1): of what came into
                         that address of its own alone, as FLORIN_ABOUT_RECEIPT */
  FLORIN_CAPTURE = 6, /* of money that is held: CAPTURED, or what the payment is if it cannot be captured any more */
  FLORIN_SAVE_METHOD = 7, /* key is ours of it, method_ref a method of the same customer, if there is one */
  FLORIN_CONFIRM = 8      /* of a payment that needs_action, or with FLORIN_OF_METHOD of a method that is being saved:
                             `answer` is handed to the provider, and the outcome is what it is now (1.2) */
};
enum FLORIN_CODES {
  FLORIN_OFF_SESSION = 1u,
  FLORIN_OF_REFUND = 2u, /* status: of a refund */
  FLORIN_OF_METHOD = 4u, /* status, confirm: of a method that is being saved; payment_key and ref are of that */
  FLORIN_MAY_KEEP = 8u   /* charge: of a subscription's first payment, whose customer has agreed to be charged again:
                            `saved` of a CAPTURED outcome is kept as the account's method (1.2) */
};

/* The browser that the customer pays with, as EMV 3-D Secure 2 names its parts. What is not known is absent or 0 (1.2)
 */
enum FLORIN_CODES {
  FLORIN_JAVA = 1u,       /* the browser runs Java */
  FLORIN_JAVASCRIPT = 2u, /* it runs JavaScript */
  FLORIN_TIME_ZONE = 4u   /* time_zone_offset is known: 0 may be London's */
};
typedef struct florin_browser {
  uint32_t size, flags;
  florin_text accept_header; /* up to 2048 bytes */
  florin_text user_agent;    /* up to 2048 bytes */
  florin_text language;      /* "de-AT" */
  florin_text ip_address;    /* IPv4 or IPv6, as the server saw it */
  int32_t color_depth;       /* bits a pixel */
  int32_t screen_height, screen_width;
  int32_t time_zone_offset; /* minutes from local time to UTC: 300 in New York's winter, -60 in Berlin's */
} florin_browser;

/* All of it is fixed before the first request and the same at each call and each resend. */
typedef struct florin_operation {
  uint32_t size, kind, flags, zero;
  int64_t now_us;                     /* when it was decided; not when it is sent */
  florin_text key;                    /* of this operation: the idempotency key, unique for ever */
  florin_text payment_key;            /* of the charge it belongs to; equals key in a charge */
  florin_money amount;                /* of the charge, or of the refund */
  florin_text method;                 /* "card", "upi", ... */
  florin_text method_ref;             /* the provider's token of a stored method */
  florin_list details;                /* florin_pair: what the method's plugin made of the customer's input */
  florin_text customer_key;           /* ours */
  florin_text description;            /* what is paid for, as on the invoice; no personal data */
  florin_text ref;                    /* the provider's id of the payment; absent when its answer got lost */
  florin_text refund_ref, refund_key; /* status of a refund */
  int64_t started_at_us;              /* when the charge or refund was first sent: where a search by key may begin */
  florin_text cursor;                 /* pull: where to go on; absent: from the start */
  int64_t from_us, until_us;          /* pull: what was made in this time, its end not included */
  florin_list person;                 /* florin_pair: charge, save_method: what the manifest's `person` names (1.1) */
  florin_text return_url; /* charge, save_method: where a provider's page sends the customer back to. It names the
                             order; absent where the host does not know its own address (1.2) */
  florin_list answer; /* florin_pair: confirm: what the customer typed, or their browser brought back from a redirect:
                         the fields of the address. It proves nothing (1.2) */
  const florin_browser* browser; /* charge, save_method: of a manifest with `browser`; NULL: not known, as of a renewal,
                                    or of a backend that has no browser. It proves nothing (1.2) */
} florin_operation;

typedef const florin_step* florin_operate(const florin_plugin*, const florin_operation*, const florin_replies*,
                                          florin_arena*);

/* Checks: what must hold before the host believes a message. One of each group must hold, and every group. */
enum FLORIN_CODES {
  FLORIN_NEVER = 0,
  FLORIN_EQUAL = 1, /* made, once finished, equals given; compared in constant time */
  FLORIN_ASKED = 2, /* the host sends `request`, and the text at `pointer` of a 2xx answer's JSON equals given (1.2) */
  FLORIN_SIGNED = 3 /* given is a signature of made, once finished, by whoever has the private half of `key` (1.2) */
};
/* How a provider signs. The key is at least 2048 bits of RSA, or of the curves P-256, P-384 and P-521 (1.2) */
enum FLORIN_CODES {
  FLORIN_RSA_SHA256 = 1,     /* PKCS#1 v1.5: "SHA256withRSA", "RSA-SHA256", RS256 */
  FLORIN_RSA_PSS_SHA256 = 2, /* PS256 */
  FLORIN_ECDSA_SHA256 = 3,   /* the signature as ASN.1, or as r and s in one, as in ES256 */
  FLORIN_ED25519 = 4
};
typedef struct florin_check {
  uint32_t kind, group;
  florin_value made;
  florin_text given;
  int64_t at_us, within_us;      /* signed time, and how far it may be from now; both 0: not timed */
  const florin_request* request; /* of FLORIN_ASKED: to the provider, and FLORIN_READ (1.2) */
  florin_text pointer;           /* of FLORIN_ASKED: JSON pointer into its answer (1.2) */
  florin_text key;               /* of FLORIN_SIGNED: the secret that holds the provider's public key, as it gives it:
                                    PEM (a key or a certificate), or base64 or hex of DER or of Ed25519's 32 bytes.
                                    `given` is base64, base64url or hex (1.2) */
  uint32_t scheme, zero;         /* of FLORIN_SIGNED (1.2) */
} florin_check;

typedef struct florin_webhook {
  uint32_t size, zero;
  florin_text body;    /* the bytes as they came */
  florin_list json;    /* florin_json */
  florin_list headers; /* florin_pair, names in lower case */
  int64_t received_at_us;
  florin_text method; /* "POST", "GET" (1.2) */
  florin_text query;  /* what stood behind the ? of the address, as it came: "id=7&topic=payment" (1.2) */
} florin_webhook;

enum FLORIN_CODES {
  FLORIN_ABOUT_PAYMENT = 1,
  FLORIN_ABOUT_REFUND = 2,
  FLORIN_ABOUT_DISPUTE = 3,
  FLORIN_ABOUT_METHOD = 4, /* one that is being saved: a hint, and payment_key is its key. FLORIN_VOIDED, proven: the
                              provider takes it no more, as a mandate that was revoked; it is removed (1.2) */
  FLORIN_ABOUT_RECEIPT = 5 /* money that came by bank, for the order with payment_key: `ref` is its name for good, `raw`
                              what the payer wrote */
};
enum FLORIN_CODES { /* how far a dispute is */
                    FLORIN_DISPUTE_WARNING = 1,
                    FLORIN_DISPUTE_NEEDS_RESPONSE = 2,
                    FLORIN_DISPUTE_UNDER_REVIEW = 3,
                    FLORIN_DISPUTE_WON = 4,
                    FLORIN_DISPUTE_LOST = 5,
                    FLORIN_DISPUTE_CLOSED = 6
};
typedef struct florin_claim {
  uint32_t about, zero;
  florin_text id;          /* of the event: the host counts it once */
  florin_text type;        /* the provider's word */
  florin_text payment_key; /* ours, when the provider echoes it */
  florin_text refund_key;
  const florin_outcome* outcome; /* of a dispute: amount, ref, and as raw its reason. In a webhook FLORIN_UNKNOWN is a
                                    hint: the host asks status */
  florin_text payment_ref;       /* the provider's id of the payment, where our key is not echoed */
  uint32_t dispute, zero2;
} florin_claim;

typedef struct florin_webhook_answer { /* what a provider wants to read once its message is taken */
  uint32_t size, status;               /* 200 to 299 */
  florin_text content_type;            /* absent: text/plain */
  florin_text body;                    /* at most 4096 bytes of text */
} florin_webhook_answer;

typedef struct florin_claims {
  uint32_t size, zero;
  florin_list claims;                  /* florin_claim; any number, also none */
  florin_list checks;                  /* florin_check; none: every claim is a hint, and the host asks status */
  const florin_webhook_answer* answer; /* NULL: 200 and {}. What is not taken is answered by the host (1.2) */
} florin_claims;

typedef struct florin_offer { /* a method, where and for what */
  florin_text method;
  florin_list currencies; /* florin_text, ISO 4217; none: every one */
  florin_list regions;    /* florin_text, ISO 3166; none: everywhere */
  uint64_t operations;    /* 1 << FLORIN_CHARGE | ...: what is not here is never called */
} florin_offer;

/* A token that the host obtains by a request, keeps until it expires, and obtains again when an answer is 401. No
 * plugin sees it: values name it as FLORIN_SECRET (1.2). */
typedef struct florin_credential {
  florin_text name;              /* as in the manifest's `credentials` */
  const florin_request* request; /* obtains it; FLORIN_READ */
  florin_text token;             /* JSON pointer into its answer, "/access_token" */
  florin_text lifetime;          /* likewise, in seconds, "/expires_in"; absent: an hour */
} florin_credential;

enum FLORIN_CODES { FLORIN_SIGNED_WEBHOOKS = 1u }; /* one without checks is refused, not taken as a hint */
typedef struct florin_capabilities {
  uint32_t size, flags;
  florin_list offers;      /* florin_offer */
  int64_t key_window_us;   /* how long the provider honours a key */
  int64_t look_up_lag_us;  /* how long something done may still look absent */
  florin_list credentials; /* florin_credential (1.2) */
} florin_capabilities;

/* A slot may be NULL, but what charges must offer status: it finds a payment by our key. */
typedef struct florin_processor_1 {
  uint32_t size, zero;
  const florin_capabilities* (*describe)(const florin_plugin*, florin_arena*);
  florin_operate *charge, *cancel, *refund, *status;
  const florin_claims* (*webhook)(const florin_plugin*, const florin_webhook*, florin_arena*);
  florin_operate* pull;
  florin_operate *capture, *save_method;
  florin_operate* confirm; /* (1.2) */
} florin_processor_1;

/* ---- "florin.method/1": no outside world ------------------------------------------------------------------------ */

typedef struct florin_field { /* what a form asks */
  florin_text name, label;
  uint32_t required, zero;
} florin_field;
typedef struct florin_method_facts {
  uint32_t size, zero;
  florin_text method, title;
  florin_list fields;       /* florin_field */
  int64_t pending_up_to_us; /* how long it may stay pending */
  florin_list polls_us;     /* int64: when to ask status, counted from the start */
} florin_method_facts;

typedef struct florin_situation {
  uint32_t size, zero;
  florin_money amount;
  florin_text country, plan, cycle, brand;
} florin_situation;
typedef struct florin_verdict {
  uint32_t size, allowed;
  florin_text rule, text; /* why not */
} florin_verdict;

typedef struct florin_entered {
  uint32_t size, zero;
  florin_list fields; /* florin_pair: as the customer typed */
} florin_entered;
typedef struct florin_checked {
  uint32_t size, zero;
  florin_list problems;      /* florin_problem: path is the field; never its content */
  florin_list details;       /* florin_pair: cleaned, for the processor */
  florin_text masked, brand; /* for people */
} florin_checked;

typedef struct florin_method_1 {
  uint32_t size, zero;
  const florin_method_facts* (*describe)(const florin_plugin*, florin_arena*);
  const florin_verdict* (*offered)(const florin_plugin*, const florin_situation*, florin_arena*); /* may be NULL */
  const florin_checked* (*check)(const florin_plugin*, const florin_entered*, florin_arena*);
} florin_method_1;

/* ---- "florin.credit_policy/1": no outside world; credits are int64 units of their type --------------------------- */

enum FLORIN_CODES {
  FLORIN_FROM_PLAN = 1,
  FLORIN_FROM_ROLLOVER = 2,
  FLORIN_FROM_PURCHASE = 3,
  FLORIN_FROM_RECHARGE = 4,
  FLORIN_FROM_ADDON = 5,
  FLORIN_FROM_TRIAL = 6,
  FLORIN_FROM_TRANSFER = 7,
  FLORIN_FROM_CORRECTION = 8
};
typedef struct florin_grant {
  uint64_t id;
  florin_text type;
  uint32_t source;
  int32_t priority;                 /* lower is spent first */
  int64_t issued_at_us, ends_at_us; /* ends 0: lasts until used */
  int64_t granted, remaining, held; /* held is part of remaining; what is left of both is available */
  uint64_t paid_by, rolled_from;    /* order, grant; 0: none */
  florin_text rule;                 /* the word of the policy that issued it */
} florin_grant;
typedef struct florin_allowance {
  florin_text type;
  int64_t units;
} florin_allowance;

enum FLORIN_CODES {
  FLORIN_TRIAL_STARTED = 1, /* includes: what the trial gives */
  FLORIN_TRIAL_ENDED = 2,
  FLORIN_PERIOD_PAID = 3,  /* includes: what the plan gives for the period */
  FLORIN_PERIOD_ENDED = 4, /* reason says how */
  FLORIN_PURCHASED = 5,
  FLORIN_RECHARGED = 6,
  FLORIN_ADDON_PAID = 7,
  FLORIN_CHANGE_PAID = 8, /* includes: the difference of a change inside a period */
  FLORIN_CORRECTED = 9    /* includes: what staff gives */
};
enum FLORIN_CODES {
  FLORIN_NO_END = 0,
  FLORIN_RENEWAL = 1,
  FLORIN_UPGRADE = 2,
  FLORIN_DOWNGRADE = 3,
  FLORIN_CYCLE_CHANGE = 4,
  FLORIN_CANCELLATION = 5
};
typedef struct florin_moment { /* a moment in an account's life */
  uint32_t size, kind, reason;
  int32_t today; /* yyyymmdd in the tenant's zone: a policy has no calendar of its own */
  int64_t at_us;
  florin_text plan, cycle;
  int64_t period_from_us, period_to_us; /* of the trial when the moment is the trial's; to 0: open */
  florin_list includes;                 /* florin_allowance */
  florin_list grants; /* florin_grant: those not ended, in spending order; also those of which all is held, which go
                         the way that is decided now once they are released, and, when a period ends, those that a lost
                         dispute took, with what it took as what remains: they go that way if it is won. What came from
                         another account keeps its own end and is not among them */
} florin_moment;

enum FLORIN_CODES {
  FLORIN_ISSUE = 1,    /* units of type, with source, priority and end */
  FLORIN_ROLL = 2,     /* what is available in grant becomes a new one with source, priority and end */
  FLORIN_EXPIRE = 3,   /* what is available in grant is gone */
  FLORIN_FORFEIT = 4,  /* the same, taken away */
  FLORIN_MOVE_END = 5, /* of grant, to end */
  FLORIN_ROLL_PART = 6 /* so many units of what remains in grant become a new one, like FLORIN_ROLL, and the rest is
                          gone. What is available goes first; of what is held, the rest of the units once it is
                          released (1.2) */
};
enum FLORIN_CODES {
  FLORIN_NO_WORD = 0, /* no end was said: the host refuses an answer that needs one */
  FLORIN_NEVER_ENDS = 1,
  FLORIN_ENDS_WITH_PERIOD = 2,
  FLORIN_ENDS_AFTER = 3, /* end_after from the moment */
  FLORIN_ENDS_AT = 4
};
typedef struct florin_decision {
  uint32_t kind, source;
  int32_t priority;
  uint32_t end;
  uint64_t grant;
  florin_text type;
  int64_t units, end_at_us;
  florin_span end_after;
  florin_text rule; /* the word in the policy's own config that says so, as grants.rollover */
} florin_decision;
typedef struct florin_decisions {
  uint32_t size, refused; /* 1: what was asked is refused, by rule and text, and there are no decisions */
  florin_list decisions;  /* florin_decision */
  florin_text rule, text;
} florin_decisions;

typedef struct florin_credit_policy_1 {
  uint32_t size, zero;
  const florin_decisions* (*decide)(const florin_plugin*, const florin_moment*, florin_arena*);
} florin_credit_policy_1;

/* ---- "florin.tax/1": no outside world. Prices are without tax; the host adds up the lines of one name and rounds ----
 */

typedef struct florin_sale {
  uint32_t size;
  int32_t on; /* yyyymmdd in the tenant's zone */
  florin_text kind, country,
      state;         /* subscription, purchase, ...; where the buyer is billed: ISO 3166, its subdivision */
  florin_list lines; /* florin_money */
} florin_sale;
typedef struct florin_tax_rate { /* over / under of a line's price */
  uint32_t line, zero;           /* from 0 */
  int64_t over, under;
  florin_text name; /* with its rate, as the invoice shows it: "CGST 9%" */
} florin_tax_rate;
typedef struct florin_taxes {
  uint32_t size, refused; /* 1: what was asked for cannot be sold, by rule and text */
  florin_list rates;      /* florin_tax_rate */
  florin_text rule, text;
} florin_taxes;

typedef struct florin_tax_1 {
  uint32_t size, zero;
  const florin_taxes* (*taxes)(const florin_plugin*, const florin_sale*, florin_arena*);
} florin_tax_1;

/* ---- Reading safely --------------------------------------------------------------------------------------------- */

#define FLORIN_HAS(p, type, field) ((p)->size >= offsetof(type, field) + sizeof((p)->field))
#define FLORIN_EACH_HAS(list, type, field) ((list).stride >= offsetof(type, field) + sizeof(((type*)0)->field))
#define FLORIN_AT(type, list, i) ((const type*)(const void*)((const char*)(list).at + (uint64_t)(i) * (list).stride))

/* ---- The layout: a struct may grow at its end, but what is here never moves ------------------------------- */

#define FLORIN_AT_BYTE(type, field, byte) FLORIN_ASSERT(offsetof(type, field) == (byte), "moved: " #type "." #field)
FLORIN_ASSERT(sizeof(void*) == 8, "64-bit only");
FLORIN_ASSERT(sizeof(florin_text) == 16 && sizeof(florin_pair) == 32 && sizeof(florin_list) == 16, "frozen");
FLORIN_ASSERT(sizeof(florin_money) == 16 && sizeof(florin_span) == 8 && sizeof(florin_json) == 40, "frozen");
FLORIN_ASSERT(sizeof(florin_term) == 24 && sizeof(florin_value) == 32 && sizeof(florin_header) == 48, "frozen");
FLORIN_AT_BYTE(florin_money, currency, 8);
FLORIN_AT_BYTE(florin_money, exponent, 12);
FLORIN_AT_BYTE(florin_arena, wanted, 24);
FLORIN_AT_BYTE(florin_request, body, 80);
FLORIN_AT_BYTE(florin_reply, received_at_us, 56);
FLORIN_AT_BYTE(florin_replies, replies, 8);
FLORIN_AT_BYTE(florin_reason, text, 24);
FLORIN_AT_BYTE(florin_action, expires_at_us, 40);
FLORIN_AT_BYTE(florin_outcome, happened_at_us, 80);
FLORIN_AT_BYTE(florin_outcome, saved, 88);
FLORIN_AT_BYTE(florin_outcome, settlement, 112);
FLORIN_AT_BYTE(florin_saved, masked, 40);
FLORIN_AT_BYTE(florin_step, outcome, 16);
FLORIN_AT_BYTE(florin_step, cursor, 40);
FLORIN_AT_BYTE(florin_setup, tenant, 40);
FLORIN_AT_BYTE(florin_made, problems, 16);
FLORIN_AT_BYTE(florin_entry_1, destroy, 24);
FLORIN_AT_BYTE(florin_operation, amount, 56);
FLORIN_AT_BYTE(florin_operation, started_at_us, 200);
FLORIN_AT_BYTE(florin_operation, until_us, 232);
FLORIN_AT_BYTE(florin_operation, person, 240);
FLORIN_AT_BYTE(florin_operation, return_url, 256);
FLORIN_AT_BYTE(florin_operation, answer, 272);
FLORIN_AT_BYTE(florin_operation, browser, 288);
FLORIN_AT_BYTE(florin_browser, time_zone_offset, 84);
FLORIN_AT_BYTE(florin_check, within_us, 64);
FLORIN_AT_BYTE(florin_check, pointer, 80);
FLORIN_AT_BYTE(florin_check, key, 96);
FLORIN_AT_BYTE(florin_check, scheme, 112);
FLORIN_AT_BYTE(florin_webhook, received_at_us, 56);
FLORIN_AT_BYTE(florin_webhook, query, 80);
FLORIN_AT_BYTE(florin_webhook_answer, body, 24);
FLORIN_AT_BYTE(florin_claim, outcome, 72);
FLORIN_AT_BYTE(florin_claim, dispute, 96);
FLORIN_AT_BYTE(florin_claims, checks, 24);
FLORIN_AT_BYTE(florin_claims, answer, 40);
FLORIN_AT_BYTE(florin_offer, operations, 48);
FLORIN_AT_BYTE(florin_capabilities, look_up_lag_us, 32);
FLORIN_AT_BYTE(florin_capabilities, credentials, 40);
FLORIN_AT_BYTE(florin_credential, lifetime, 40);
FLORIN_AT_BYTE(florin_processor_1, webhook, 48);
FLORIN_AT_BYTE(florin_processor_1, pull, 56);
FLORIN_AT_BYTE(florin_processor_1, save_method, 72);
FLORIN_AT_BYTE(florin_processor_1, confirm, 80);
FLORIN_AT_BYTE(florin_field, required, 32);
FLORIN_AT_BYTE(florin_method_facts, polls_us, 64);
FLORIN_AT_BYTE(florin_situation, brand, 72);
FLORIN_AT_BYTE(florin_verdict, text, 24);
FLORIN_AT_BYTE(florin_checked, brand, 56);
FLORIN_AT_BYTE(florin_method_1, check, 24);
FLORIN_AT_BYTE(florin_grant, rule, 88);
FLORIN_AT_BYTE(florin_moment, grants, 88);
FLORIN_AT_BYTE(florin_decision, rule, 64);
FLORIN_AT_BYTE(florin_decisions, text, 40);
FLORIN_AT_BYTE(florin_sale, lines, 56);
FLORIN_AT_BYTE(florin_tax_rate, name, 24);
FLORIN_AT_BYTE(florin_taxes, text, 40);

#ifdef __cplusplus
}
#endif
#endif
/* NOLINTEND(modernize-use-nullptr,bugprone-macro-parentheses) */
