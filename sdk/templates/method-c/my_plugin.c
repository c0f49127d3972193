/* A debit from a bank account, by its IBAN. What the customer types is checked here; the processor gets it cleaned. */
#include <florin/plugin.h>

#define HOUR INT64_C(3600000000) /* microseconds */

static florin_text text(const char* literal) {
  const florin_text made = {literal, strlen(literal)};
  return made;
}

static florin_list list(const void* at, uint32_t count, uint32_t stride) {
  const florin_list made = {at, count, stride};
  return made;
}

static const florin_method_facts* describe(const florin_plugin* plugin, florin_arena* arena) {
  static const int64_t polls[] = {12 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR};
  florin_method_facts* facts = florin_alloc(arena, sizeof *facts);
  florin_field* fields = florin_alloc(arena, 2 * sizeof *fields);
  (void)plugin;
  if (facts == NULL || fields == NULL) return NULL; /* the host calls again with more room */
  fields[0].name = text("iban");
  fields[0].label = text("IBAN");
  fields[1].name = text("holder");
  fields[1].label = text("Account holder");
  fields[0].required = fields[1].required = 1;
  facts->size = sizeof *facts;
  facts->method = text("my_plugin");
  facts->title = text("Bank debit");
  facts->fields = list(fields, 2, sizeof *fields);
  facts->pending_up_to_us = 14 * 24 * HOUR;
  facts->polls_us = list(polls, 4, sizeof *polls);
  return facts;
}

static florin_text find(const florin_entered* entered, const char* name) {
  const florin_text none = {NULL, 0};
  uint32_t i;
  for (i = 0; i < entered->fields.count; ++i) {
    const florin_pair* pair = FLORIN_AT(florin_pair, entered->fields, i);
    if (pair->name.len == strlen(name) && memcmp(pair->name.ptr, name, strlen(name)) == 0) return pair->value;
  }
  return none;
}

/* Without blanks and strokes, in capital letters; at most 34 of them. */
static uint64_t compact(florin_text typed, char* out) {
  uint64_t i, n = 0;
  for (i = 0; i < typed.len; ++i) {
    const char c = typed.ptr[i];
    if (c == ' ' || c == '-') continue;
    if (n == 34) return 35;
    out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
  }
  return n;
}

/* ISO 13616: two letters, two check digits, and 97 divides what is left with 1. */
static int is_iban(const char* iban, uint64_t length) {
  int rest = 0;
  uint64_t i;
  if (length < 15 || length > 34) return 0;
  for (i = 0; i < length; ++i) {
    const char c = iban[(i + 4) % length];
    if (c >= '0' && c <= '9')
      rest = (rest * 10 + (c - '0')) % 97;
    else if (c >= 'A' && c <= 'Z')
      rest = (rest * 100 + (c - 'A' + 10)) % 97;
    else
      return 0;
  }
  return rest == 1;
}

/* Never quote what was entered: it may be what nobody should see. */
static const florin_checked* check(const florin_plugin* plugin, const florin_entered* entered, florin_arena* arena) {
  static const char dots[] = " \xe2\x80\xa2\xe2\x80\xa2 ";
  const uint64_t dots_length = sizeof dots - 1;
  florin_checked* checked = florin_alloc(arena, sizeof *checked);
  florin_problem* problems = florin_alloc(arena, 2 * sizeof *problems);
  florin_pair* details = florin_alloc(arena, 2 * sizeof *details);
  char* iban = florin_alloc(arena, 34);
  char* shown = florin_alloc(arena, 6 + dots_length);
  const florin_text holder = find(entered, "holder");
  uint32_t wrong = 0;
  uint64_t length;
  (void)plugin;
  if (checked == NULL || problems == NULL || details == NULL || iban == NULL || shown == NULL) return NULL;
  checked->size = sizeof *checked;
  length = compact(find(entered, "iban"), iban);
  if (!is_iban(iban, length)) {
    problems[wrong].path = text("iban");
    problems[wrong++].text =
        length == 0 ? text("the IBAN is missing") : text("this is no IBAN: a letter or digit of it is wrong");
  }
  if (holder.len == 0) {
    problems[wrong].path = text("holder");
    problems[wrong++].text = text("the name of who holds the account is missing");
  }
  checked->problems = list(problems, wrong, sizeof *problems);
  if (wrong != 0) return checked;
  details[0].name = text("iban");
  details[0].value.ptr = iban;
  details[0].value.len = length;
  details[1].name = text("holder");
  details[1].value = holder;
  checked->details = list(details, 2, sizeof *details);
  memcpy(shown, iban, 2);
  memcpy(shown + 2, dots, dots_length);
  memcpy(shown + 2 + dots_length, iban + length - 4, 4);
  checked->masked.ptr = shown;
  checked->masked.len = 6 + dots_length;
  return checked;
}

static const florin_verdict* offered(const florin_plugin* plugin, const florin_situation* situation,
                                     florin_arena* arena) {
  florin_verdict* verdict = florin_alloc(arena, sizeof *verdict);
  (void)plugin;
  if (verdict == NULL) return NULL;
  verdict->size = sizeof *verdict;
  verdict->allowed = situation->amount.currency[0] == 0 || memcmp(situation->amount.currency, "EUR", 3) == 0;
  if (verdict->allowed) return verdict;
  verdict->rule = text("currency");
  verdict->text = text("Bank debits are in EUR.");
  return verdict;
}

/* The block has no words of its own. */
static const florin_made* create(const florin_setup* setup, florin_arena* arena) {
  static const char instance = 0; /* nothing is kept of the block */
  florin_made* made = florin_alloc(arena, sizeof *made);
  florin_problem* problem = florin_alloc(arena, sizeof *problem);
  if (made == NULL || problem == NULL) return NULL;
  made->size = sizeof *made;
  if (setup->config.count > 1) { /* the first value is the block itself */
    problem->path = FLORIN_AT(florin_json, setup->config, 1)->pointer;
    problem->text = text("nothing is known here");
    made->problems = list(problem, 1, sizeof *problem);
    return made;
  }
  made->plugin = (florin_plugin*)(uintptr_t)&instance;
  return made;
}

static const void* query(const florin_plugin* plugin, const char* interface_id) {
  static const florin_method_1 table = {sizeof table, 0, describe, offered, check};
  (void)plugin;
  return strcmp(interface_id, "florin.method/1") == 0 ? &table : NULL;
}

static void destroy(florin_plugin* plugin) { (void)plugin; }

FLORIN_MANIFEST(florin_manifest,
                "{\"id\": \"my_plugin\", \"version\": \"0.1.0\", \"interfaces\": [\"florin.method/1\"],"
                "\"config\": {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {}}}");

const florin_entry_1* florin_plugin_entry_1(void) {
  static const florin_entry_1 entry = {sizeof entry, FLORIN_ABI_MINOR, create, query, destroy};
  return &entry;
}
