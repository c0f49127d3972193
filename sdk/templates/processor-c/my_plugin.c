/* A processor for a provider with an API such as most have: a payment is made by POST /payments, found again by our
 * reference, refunded by POST /refunds, and reported by signed webhooks. Put your provider's words in place of these;
 * `exchanges/` has its answers, and `florin plugin check --against exchanges` plays them. */
#include <florin/plugin.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Text, in the arena of the call ------------------------------------------------------------------------------ */

static florin_text text(const char* literal) {
  const florin_text made = {literal, strlen(literal)};
  return made;
}
static int is(florin_text a, const char* word) { return a.len == strlen(word) && memcmp(a.ptr, word, a.len) == 0; }

/* printf into the arena; absent when it is full. Text goes in as %.*s with its length and pointer. */
static florin_text printed(florin_arena* arena, const char* form, ...) {
  florin_text made = {NULL, 0};
  va_list words, again;
  int length;
  char* at;
  va_start(words, form);
  va_copy(again, words);
  length = vsnprintf(NULL, 0, form, words);
  at = length < 0 ? NULL : florin_alloc(arena, (uint64_t)length + 1);
  if (at != NULL) {
    vsnprintf(at, (size_t)length + 1, form, again);
    made.ptr = at;
    made.len = (uint64_t)length;
  }
  va_end(again);
  va_end(words);
  return made;
}
#define TEXT(t) (int)(t).len, (t).ptr == NULL ? "" : (t).ptr

/* The scalar at a pointer of a JSON table; absent when it is not there. */
static florin_text json(florin_list table, const char* pointer) {
  const florin_text none = {NULL, 0};
  uint32_t i;
  for (i = 0; i < table.count; ++i) {
    const florin_json* entry = FLORIN_AT(florin_json, table, i);
    if (is(entry->pointer, pointer)) return entry->text;
  }
  return none;
}
static const florin_json* entry_at(florin_list table, const char* pointer) {
  uint32_t i;
  for (i = 0; i < table.count; ++i)
    if (is(FLORIN_AT(florin_json, table, i)->pointer, pointer)) return FLORIN_AT(florin_json, table, i);
  return NULL;
}
static int64_t number(florin_text text_of) {
  int64_t n = 0;
  uint64_t i;
  for (i = 0; i < text_of.len && i < 18; ++i) {
    if (text_of.ptr[i] < '0' || text_of.ptr[i] > '9') return 0;
    n = n * 10 + (text_of.ptr[i] - '0');
  }
  return n;
}

/* ---- Requests and outcomes --------------------------------------------------------------------------------------- */

static const florin_step* sent(florin_arena* arena, const char* method, uint32_t effect, florin_text path,
                               florin_text key, florin_text body) {
  static const florin_term bearer[] = {{FLORIN_PUT, 0, {"Bearer ", 7}},
                                       {FLORIN_SECRET, 0, {"my_plugin.api_key", sizeof "my_plugin.api_key" - 1}},
                                       {FLORIN_JOIN, 2, {NULL, 0}}};
  florin_step* step = florin_alloc(arena, sizeof *step);
  florin_request* request = florin_alloc(arena, sizeof *request);
  florin_header* headers = florin_alloc(arena, 3 * sizeof *headers);
  uint32_t count = 0;
  if (step == NULL || request == NULL || headers == NULL || path.ptr == NULL || arena->wanted != 0) return NULL;
  headers[count].name = text("Authorization");
  headers[count].value.terms = bearer;
  headers[count++].value.count = 3;
  if (key.len != 0) {
    headers[count].name = text("Idempotency-Key");
    headers[count++].value.text = key;
    headers[count].name = text("Content-Type");
    headers[count++].value.text = text("application/json");
  }
  request->size = sizeof *request;
  request->effect = effect;
  request->endpoint = text("api");
  request->method = text(method);
  request->path = path;
  request->headers.at = headers;
  request->headers.count = count;
  request->headers.stride = sizeof *headers;
  request->body.text = body;
  step->size = sizeof *step;
  step->kind = FLORIN_SEND;
  step->request = request;
  return step;
}

/* The provider's words, in Florin's. A word that is not known stays unknown: it costs a look-up, not money. */
static uint32_t state_of(florin_text word) {
  if (is(word, "paid")) return FLORIN_CAPTURED;
  if (is(word, "pending")) return FLORIN_PENDING;
  if (is(word, "redirect")) return FLORIN_NEEDS_ACTION;
  if (is(word, "declined")) return FLORIN_DECLINED;
  if (is(word, "refunded")) return FLORIN_REFUNDED;
  if (is(word, "refund_failed")) return FLORIN_REFUND_FAILED;
  return FLORIN_UNKNOWN;
}

static florin_reason* reason(florin_arena* arena, uint32_t kind, florin_text code, florin_text why) {
  florin_reason* made = florin_alloc(arena, sizeof *made);
  if (made == NULL) return NULL;
  made->size = sizeof *made;
  made->kind = kind;
  made->code = code;
  made->text = why;
  return made;
}
static florin_reason* declined(florin_arena* arena, florin_list table, const char* before) {
  const florin_text code = json(table, before);
  return reason(arena,
                is(code, "insufficient_funds") ? FLORIN_FUNDS
                : is(code, "stolen_card")      ? FLORIN_HARD
                                               : FLORIN_SOFT,
                code, json(table, "/message"));
}

/* What an object of the provider's says, at `before` in the table: "" or "/items/0". */
static florin_outcome* outcome(florin_arena* arena, const florin_operation* op, florin_list table, const char* before) {
  char path[64];
  florin_outcome* said = florin_alloc(arena, sizeof *said);
  florin_text currency;
  if (said == NULL) return NULL;
  said->size = sizeof *said;
#define AT(name) (snprintf(path, sizeof path, "%s%s", before, name), json(table, path))
  said->raw = AT("/status");
  said->state = state_of(said->raw);
  said->ref = AT("/id");
  currency = AT("/currency");
  if (currency.len == 3) {
    memcpy(said->amount.currency, currency.ptr, 3);
    said->amount.exponent = op == NULL ? 2 : op->amount.exponent;
    said->amount.minor = number(AT("/amount"));
  }
  if (said->state == FLORIN_DECLINED) said->reason = declined(arena, table, "/code");
  if (said->state == FLORIN_NEEDS_ACTION) {
    florin_action* action = florin_alloc(arena, sizeof *action);
    if (action == NULL) return NULL;
    action->size = sizeof *action;
    action->kind = FLORIN_REDIRECT;
    action->url = AT("/redirect_url");
    said->action = action;
  }
#undef AT
  return said;
}

static const florin_step* done(florin_arena* arena, const florin_outcome* said) {
  florin_step* step = florin_alloc(arena, sizeof *step);
  if (step == NULL || said == NULL) return NULL;
  step->size = sizeof *step;
  step->kind = FLORIN_DONE;
  step->outcome = said;
  return step;
}

/* 400, 401, 403, 404 and 429 were refused before anything happened; all else may have happened. */
static const florin_step* by_http(florin_arena* arena, const florin_reply* reply) {
  const uint32_t status = reply->status;
  const int refused = status == 400 || status == 401 || status == 403 || status == 404 || status == 429;
  florin_outcome* said = florin_alloc(arena, sizeof *said);
  if (said == NULL) return NULL;
  said->size = sizeof *said;
  said->state = refused ? FLORIN_NOT_SENT : FLORIN_UNKNOWN;
  said->raw = printed(arena, "http %u", status);
  said->reason = reason(arena,
                        status == 429 ? FLORIN_THROTTLED
                        : refused     ? FLORIN_MISCONFIGURED
                                      : FLORIN_TECHNICAL,
                        json(reply->json, "/code"), json(reply->json, "/message"));
  return done(arena, said);
}

static const florin_reply* last(const florin_replies* replies) {
  return replies->replies.count == 0 ? NULL : FLORIN_AT(florin_reply, replies->replies, replies->replies.count - 1);
}

static const florin_step* settled(florin_arena* arena, const florin_operation* op, const florin_reply* reply) {
  florin_outcome* said;
  if (reply->status == 200 || reply->status == 201) return done(arena, outcome(arena, op, reply->json, ""));
  if (reply->status != 402) return by_http(arena, reply);
  said = florin_alloc(arena, sizeof *said);
  if (said == NULL) return NULL;
  said->size = sizeof *said;
  said->state = FLORIN_DECLINED;
  said->ref = json(reply->json, "/id");
  said->reason = declined(arena, reply->json, "/code");
  return done(arena, said);
}

/* ---- Operations: the first call answers with the request, the second reads its reply ------------------------------
 */

static const florin_step* charge(const florin_plugin* plugin, const florin_operation* op, const florin_replies* replies,
                                 florin_arena* arena) {
  (void)plugin;
  if (last(replies) != NULL) return settled(arena, op, last(replies));
  return sent(arena, "POST", FLORIN_REPEATABLE, text("/payments"), op->key,
              printed(arena, "{\"amount\":%lld,\"currency\":\"%.3s\",\"reference\":\"%.*s\",\"token\":\"%.*s\"}",
                      (long long)op->amount.minor, op->amount.currency, TEXT(op->key), TEXT(op->method_ref)));
}

static const florin_step* refund(const florin_plugin* plugin, const florin_operation* op, const florin_replies* replies,
                                 florin_arena* arena) {
  (void)plugin;
  if (last(replies) != NULL) return settled(arena, op, last(replies));
  return sent(arena, "POST", FLORIN_REPEATABLE, text("/refunds"), op->key,
              printed(arena, "{\"payment\":\"%.*s\",\"amount\":%lld,\"reference\":\"%.*s\"}", TEXT(op->ref),
                      (long long)op->amount.minor, TEXT(op->key)));
}

/* Of a payment or a refund. Without the provider's id it is found by our key: the answer that had the id got lost. */
static const florin_step* status(const florin_plugin* plugin, const florin_operation* op, const florin_replies* replies,
                                 florin_arena* arena) {
  const int of_refund = (op->flags & FLORIN_OF_REFUND) != 0;
  const florin_text id = of_refund ? op->refund_ref : op->ref, key = of_refund ? op->refund_key : op->payment_key;
  const char* path = of_refund ? "/refunds" : "/payments";
  const florin_text none = {NULL, 0};
  const florin_reply* reply = last(replies);
  const florin_json* items;
  florin_outcome* said;
  (void)plugin;
  if (reply == NULL)
    return sent(
        arena, "GET", FLORIN_READ,
        id.len != 0 ? printed(arena, "%s/%.*s", path, TEXT(id)) : printed(arena, "%s?reference=%.*s", path, TEXT(key)),
        none, none);
  if (id.len != 0) return settled(arena, op, reply);
  /* Absent only by the provider's own word: a whole list without it. A proxy's error page is no such word. */
  items = entry_at(reply->json, "/items");
  if (reply->status != 200 || items == NULL || items->kind != FLORIN_JSON_ARRAY) return by_http(arena, reply);
  if (items->count != 0) return done(arena, outcome(arena, op, reply->json, "/items/0"));
  said = florin_alloc(arena, sizeof *said);
  if (said == NULL) return NULL;
  said->size = sizeof *said;
  said->state = FLORIN_ABSENT;
  return done(arena, said);
}

/* Called twice: with the bytes and headers alone for its check, and again, with the JSON, once it holds.
 * The header is "t=<unix seconds>,v1=<hex of HMAC-SHA256 over t.body>". */
static const florin_claims* webhook(const florin_plugin* plugin, const florin_webhook* hook, florin_arena* arena) {
  florin_claims* claims = florin_alloc(arena, sizeof *claims);
  florin_check* check = florin_alloc(arena, sizeof *check);
  florin_claim* claim = florin_alloc(arena, sizeof *claim);
  florin_term* terms = florin_alloc(arena, 7 * sizeof *terms);
  florin_text header = {NULL, 0}, time = {NULL, 0}, signature = {NULL, 0};
  uint64_t comma;
  uint32_t i;
  (void)plugin;
  if (claims == NULL || check == NULL || claim == NULL || terms == NULL) return NULL;
  claims->size = sizeof *claims;
  for (i = 0; i < hook->headers.count; ++i)
    if (is(FLORIN_AT(florin_pair, hook->headers, i)->name, "x-signature"))
      header = FLORIN_AT(florin_pair, hook->headers, i)->value;
  for (comma = 0; comma < header.len && header.ptr[comma] != ','; ++comma) {
  }
  if (comma > 2 && comma + 4 < header.len && memcmp(header.ptr, "t=", 2) == 0 &&
      memcmp(header.ptr + comma, ",v1=", 4) == 0) {
    time.ptr = header.ptr + 2;
    time.len = comma - 2;
    signature.ptr = header.ptr + comma + 4;
    signature.len = header.len - comma - 4;
  }
  terms[0].code = FLORIN_SECRET;
  terms[0].text = text("my_plugin.webhook");
  terms[1].code = FLORIN_PUT;
  terms[1].text = time;
  terms[2].code = FLORIN_PUT;
  terms[2].text = text(".");
  terms[3].code = FLORIN_PUT;
  terms[3].text = hook->body;
  terms[4].code = FLORIN_JOIN;
  terms[4].number = 3;
  terms[5].code = FLORIN_HMAC;
  terms[5].number = FLORIN_SHA256;
  terms[6].code = FLORIN_HEX;
  check->kind = FLORIN_EQUAL;
  check->made.terms = terms;
  check->made.count = 7;
  check->given = signature;
  check->at_us = number(time) * 1000000;
  check->within_us = 300 * (int64_t)1000000;
  claims->checks.at = check;
  claims->checks.count = 1;
  claims->checks.stride = sizeof *check;
  if (entry_at(hook->json, "/payment") == NULL) return claims;
  claim->about = FLORIN_ABOUT_PAYMENT;
  claim->id = json(hook->json, "/id");
  claim->type = json(hook->json, "/type");
  claim->payment_key = json(hook->json, "/payment/reference");
  claim->outcome = outcome(arena, NULL, hook->json, "/payment");
  if (claim->outcome == NULL) return NULL;
  claims->claims.at = claim;
  claims->claims.count = 1;
  claims->claims.stride = sizeof *claim;
  return claims;
}

/* What it does, where. What is not here is never called. */
static const florin_capabilities* describe(const florin_plugin* plugin, florin_arena* arena) {
  florin_capabilities* all = florin_alloc(arena, sizeof *all);
  florin_offer* card = florin_alloc(arena, sizeof *card);
  (void)plugin;
  if (all == NULL || card == NULL) return NULL;
  card->method = text("card");
  card->operations = UINT64_C(1) << FLORIN_CHARGE | UINT64_C(1) << FLORIN_STATUS | UINT64_C(1) << FLORIN_REFUND;
  all->size = sizeof *all;
  all->flags = FLORIN_SIGNED_WEBHOOKS;
  all->offers.at = card;
  all->offers.count = 1;
  all->offers.stride = sizeof *card;
  all->key_window_us = 24 * 3600 * (int64_t)1000000;
  all->look_up_lag_us = 300 * (int64_t)1000000;
  return all;
}

/* The block's values: `statement_text`, which this one does not send. Anything else is a problem, with where it is. */
static const florin_made* create(const florin_setup* setup, florin_arena* arena) {
  static const char instance = 0; /* nothing is kept of the block */
  florin_made* made = florin_alloc(arena, sizeof *made);
  florin_problem* problem = florin_alloc(arena, sizeof *problem);
  uint32_t i;
  if (made == NULL || problem == NULL) return NULL;
  made->size = sizeof *made;
  made->plugin = (florin_plugin*)(uintptr_t)&instance;
  for (i = 0; i < setup->config.count; ++i) {
    const florin_json* entry = FLORIN_AT(florin_json, setup->config, i);
    if (entry->pointer.len == 0 || is(entry->pointer, "/statement_text")) continue;
    problem->path = entry->pointer;
    problem->text = text("only statement_text is known here");
    made->plugin = NULL;
    made->problems.at = problem;
    made->problems.count = 1;
    made->problems.stride = sizeof *problem;
    return made;
  }
  return made;
}

static const void* query(const florin_plugin* plugin, const char* interface_id) {
  static const florin_processor_1 table = {.size = sizeof table,
                                           .describe = describe,
                                           .charge = charge,
                                           .refund = refund,
                                           .status = status,
                                           .webhook = webhook};
  (void)plugin;
  return strcmp(interface_id, "florin.processor/1") == 0 ? &table : NULL;
}

FLORIN_MANIFEST(florin_manifest,
                "{\"id\": \"my_plugin\", \"version\": \"0.1.0\", \"interfaces\": [\"florin.processor/1\"],"
                "\"endpoints\": {\"api\": \"https://api.example.com\"},"
                "\"secrets\": {\"my_plugin.api_key\": {\"for\": \"api\"}, \"my_plugin.webhook\": {}},"
                "\"config\": {\"type\": \"object\", \"additionalProperties\": false,"
                "\"properties\": {\"statement_text\": {\"type\": \"string\"}}}}");

const florin_entry_1* florin_plugin_entry_1(void) {
  static const florin_entry_1 entry = {sizeof entry, FLORIN_ABI_MINOR, create, query, NULL};
  return &entry;
}
