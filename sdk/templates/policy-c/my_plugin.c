/* Gives what was paid for until the period ends, and takes nothing away before. */
#include <florin/plugin.h>
#include <stdlib.h>

struct florin_plugin {
  int32_t priority;
};

static florin_text text(const char* literal) {
  const florin_text made = {literal, strlen(literal)};
  return made;
}

static int is(florin_text a, const char* word) { return a.len == strlen(word) && memcmp(a.ptr, word, a.len) == 0; }

static const florin_decisions* decide(const florin_plugin* plugin, const florin_moment* moment, florin_arena* arena) {
  florin_decisions* then = florin_alloc(arena, sizeof *then);
  florin_decision* all = florin_alloc(arena, sizeof *all * moment->includes.count);
  uint32_t i;
  if (then == NULL || all == NULL) return NULL; /* the host calls again with more room */
  then->size = sizeof *then;
  if (moment->kind != FLORIN_PERIOD_PAID) return then;
  for (i = 0; i < moment->includes.count; ++i) {
    const florin_allowance* credits = FLORIN_AT(florin_allowance, moment->includes, i);
    all[i].kind = FLORIN_ISSUE;
    all[i].source = FLORIN_FROM_PLAN;
    all[i].priority = plugin->priority;
    all[i].end = FLORIN_ENDS_WITH_PERIOD;
    all[i].type = credits->type;
    all[i].units = credits->units;
    all[i].rule = text("priority");
  }
  then->decisions.at = all;
  then->decisions.count = moment->includes.count;
  then->decisions.stride = sizeof *all;
  return then;
}

/* The block's values: `priority`, 0 to 99. Anything else is a problem, with where it is. */
static const florin_made* create(const florin_setup* setup, florin_arena* arena) {
  florin_made* made = florin_alloc(arena, sizeof *made);
  florin_problem* problem = florin_alloc(arena, sizeof *problem);
  struct florin_plugin* plugin;
  int32_t priority = 0;
  uint32_t i;
  uint64_t k;
  if (made == NULL || problem == NULL) return NULL;
  made->size = sizeof *made;
  for (i = 0; i < setup->config.count; ++i) {
    const florin_json* entry = FLORIN_AT(florin_json, setup->config, i);
    if (entry->pointer.len == 0) continue; /* the block itself */
    problem->path = entry->pointer;
    if (!is(entry->pointer, "/priority")) problem->text = text("only priority is known here");
    if (entry->text.len == 0 || entry->text.len > 2) problem->text = text("priority is 0 to 99");
    for (k = 0; k < entry->text.len && problem->text.len == 0; ++k) {
      if (entry->text.ptr[k] < '0' || entry->text.ptr[k] > '9') problem->text = text("priority is 0 to 99");
      priority = priority * 10 + (entry->text.ptr[k] - '0');
    }
    if (problem->text.len != 0) {
      made->problems.at = problem;
      made->problems.count = 1;
      made->problems.stride = sizeof *problem;
      return made;
    }
  }
  plugin = calloc(1, sizeof *plugin);
  if (plugin == NULL) return NULL;
  plugin->priority = priority;
  made->plugin = plugin;
  return made;
}

static const void* query(const florin_plugin* plugin, const char* interface_id) {
  static const florin_credit_policy_1 table = {sizeof table, 0, decide};
  (void)plugin;
  return strcmp(interface_id, "florin.credit_policy/1") == 0 ? &table : NULL;
}

static void destroy(florin_plugin* plugin) { free(plugin); }

FLORIN_MANIFEST(florin_manifest,
                "{\"id\": \"my_plugin\", \"version\": \"0.1.0\", \"interfaces\": [\"florin.credit_policy/1\"],"
                "\"config\": {\"type\": \"object\", \"additionalProperties\": false,"
                "\"properties\": {\"priority\": {\"type\": \"string\", \"pattern\": \"^[0-9]{1,2}$\"}}}}");

const florin_entry_1* florin_plugin_entry_1(void) {
  static const florin_entry_1 entry = {sizeof entry, FLORIN_ABI_MINOR, create, query, destroy};
  return &entry;
}
