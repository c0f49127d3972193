/* A tax: one rate a country. The host adds up the lines of one name and rounds; a country that is not listed has no
 * tax. */
#include <florin/plugin.h>
#include <stdlib.h>

enum { most_countries = 64 };

typedef struct rate {
  char country[2];
  int percent;
  char name[8]; /* "VAT 19%" */
  uint64_t name_length;
} rate;

struct florin_plugin {
  int count;
  rate rates[most_countries];
};

static florin_text text(const char* literal) {
  const florin_text made = {literal, strlen(literal)};
  return made;
}

/* 1 to 99 as the operator writes it; 0 when it is none. */
static int percent_of(florin_text written) {
  int percent = 0;
  uint64_t i;
  if (written.len == 0 || written.len > 2) return 0;
  for (i = 0; i < written.len; ++i) {
    if (written.ptr[i] < '0' || written.ptr[i] > '9') return 0;
    percent = percent * 10 + (written.ptr[i] - '0');
  }
  return percent;
}

static void take_rate(struct florin_plugin* plugin, const char* country, florin_text percent) {
  rate* made = &plugin->rates[plugin->count++];
  memcpy(made->country, country, sizeof made->country);
  made->percent = percent_of(percent);
  memcpy(made->name, "VAT ", 4);
  memcpy(made->name + 4, percent.ptr, (size_t)percent.len);
  made->name[4 + percent.len] = '%';
  made->name_length = 5 + percent.len;
}

/* What is wrong with one value of the block; none when it is a rate, or the map of them. */
static florin_text wrong_in(const florin_json* entry) {
  static const char map[] = "/rates";
  const uint64_t length = sizeof map - 1;
  const florin_text none = {NULL, 0};
  if (entry->pointer.len < length || memcmp(entry->pointer.ptr, map, length) != 0)
    return text("only rates is known here, as rates: {DE: 19}");
  if (entry->pointer.len == length)
    return entry->kind == FLORIN_JSON_OBJECT ? none : text("rates is a map of countries, as {DE: 19}");
  if (entry->pointer.len != length + 3) return text("a country is two letters of ISO 3166, as DE");
  return percent_of(entry->text) == 0 ? text("a rate is whole percent from 1 to 99, as 19") : none;
}

/* The first value of the table is the block itself. */
static const florin_made* create(const florin_setup* setup, florin_arena* arena) {
  florin_made* made = florin_alloc(arena, sizeof *made);
  florin_problem* problem = florin_alloc(arena, sizeof *problem);
  struct florin_plugin* plugin;
  uint32_t i;
  if (made == NULL || problem == NULL) return NULL;
  plugin = calloc(1, sizeof *plugin);
  if (plugin == NULL) return NULL;
  for (i = 1; i < setup->config.count && problem->text.len == 0; ++i) {
    const florin_json* entry = FLORIN_AT(florin_json, setup->config, i);
    problem->path = entry->pointer;
    problem->text = wrong_in(entry);
    if (problem->text.len == 0 && plugin->count == most_countries) problem->text = text("at most 64 countries");
    if (problem->text.len == 0 && entry->pointer.len > 7) take_rate(plugin, entry->pointer.ptr + 7, entry->text);
  }
  if (problem->text.len == 0 && plugin->count == 0) {
    problem->path = text("/rates");
    problem->text = text("rates is missing: a map of countries, as {DE: 19}");
  }
  made->size = sizeof *made;
  made->plugin = plugin;
  if (problem->text.len == 0) return made;
  free(plugin);
  made->plugin = NULL;
  made->problems.at = problem;
  made->problems.count = 1;
  made->problems.stride = sizeof *problem;
  return made;
}

static void destroy(florin_plugin* plugin) { free(plugin); }

static const rate* rate_of(const florin_plugin* plugin, florin_text country) {
  int i;
  if (country.len != 2) return NULL;
  for (i = 0; i < plugin->count; ++i)
    if (memcmp(plugin->rates[i].country, country.ptr, 2) == 0) return &plugin->rates[i];
  return NULL;
}

/* A rate a line; the host adds them up and rounds. */
static const florin_taxes* taxes(const florin_plugin* plugin, const florin_sale* sale, florin_arena* arena) {
  const rate* own = rate_of(plugin, sale->country);
  florin_taxes* said = florin_alloc(arena, sizeof *said);
  florin_tax_rate* rates;
  uint32_t line;
  if (said == NULL) return NULL;
  said->size = sizeof *said;
  if (own == NULL || sale->lines.count == 0) return said;
  rates = florin_alloc(arena, sale->lines.count * sizeof *rates);
  if (rates == NULL) return NULL;
  for (line = 0; line < sale->lines.count; ++line) {
    rates[line].line = line;
    rates[line].over = own->percent;
    rates[line].under = 100;
    rates[line].name.ptr = own->name;
    rates[line].name.len = own->name_length;
  }
  said->rates.at = rates;
  said->rates.count = sale->lines.count;
  said->rates.stride = sizeof *rates;
  return said;
}

static const florin_tax_1 table = {sizeof(florin_tax_1), 0, taxes};

static const void* query(const florin_plugin* plugin, const char* interface_id) {
  (void)plugin;
  return strcmp(interface_id, "florin.tax/1") == 0 ? &table : NULL;
}

FLORIN_MANIFEST(florin_manifest,
                "{\"id\": \"my_plugin\", \"version\": \"0.1.0\", \"interfaces\": [\"florin.tax/1\"],"
                "\"config\": {\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"rates\"],"
                "\"properties\": {\"rates\": {\"type\": \"object\","
                "\"additionalProperties\": {\"type\": \"string\", \"pattern\": \"^[1-9][0-9]?$\"}}},"
                "\"examples\": [{\"rates\": {\"DE\": \"19\", \"FR\": \"20\"}}]}}");

static const florin_entry_1 entry = {sizeof(florin_entry_1), FLORIN_ABI_MINOR, create, query, destroy};

const florin_entry_1* florin_plugin_entry_1(void) { return &entry; }
