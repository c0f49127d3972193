#include "store/postgres/postgres_store.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "store/chain.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"

namespace florin::store {

namespace {

namespace json = boost::json;

/// Host, process, and what no other process will be called.
std::string name_of_this_process() {
  if (sodium_init() < 0) return {};
  std::array<char, 65> machine{};
  ::gethostname(machine.data(), machine.size() - 1);
  std::array<unsigned char, 8> random;
  randombytes_buf(random.data(), random.size());
  std::string name = fmt::format("{} process {} ", machine.data(), ::getpid());
  for (const unsigned char byte : random) name += fmt::format("{:02x}", byte);
  return name;
}

/// Whether a statement that was answered so may be sent again, and will then do what it says or find it done.
bool may_try_again(std::string_view sqlstate) {
  for (const std::string_view passing : {"08", "40", "53", "57"})  // connection, serialization, resources, operator
    if (sqlstate.starts_with(passing)) return true;
  return sqlstate.empty() || sqlstate == "55P03" || sqlstate == "25006" || sqlstate == "58030" || sqlstate == "26000";
}

Error error_of(const Answer& answer, std::string_view doing) {
  const std::string_view state = answer.sqlstate();
  std::string code = "store_failed";
  if (state == "53100") {
    code = "store_full";
  } else if (state.starts_with("XX00")) {
    code = "damaged_store";
  } else if (may_try_again(state)) {
    code = "store_busy";
  }
  return {.code = std::move(code), .message = fmt::format("{}: {}", doing, answer.message())};
}

std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string json_of(const std::vector<DataKey>& keys) {
  json::array all;
  for (const DataKey& key : keys) all.push_back(json::object{{"name", key.name}, {"key", hex_of(key.key)}});
  return json::serialize(all);
}
/// The end of a range may be a name and a byte behind it, which JSON has to escape.
std::string json_of(const std::vector<DataKeyRange>& ranges) {
  json::array all;
  for (const DataKeyRange& range : ranges) all.push_back(json::object{{"lower", range.from}, {"upper", range.until}});
  return json::serialize(all);
}

struct Queries {
  explicit Queries(const std::string& schema) {
    const auto in = [&](std::string_view sql) { return fmt::format(fmt::runtime(sql), schema); };
    const std::string row = "first, last, epoch, format, previous, hash, entries";
    shards = {"shards", in("SELECT shard FROM {}.head ORDER BY shard")};
    head = {"head", in("SELECT last, epoch, hash, owner, beat, floor FROM {}.head WHERE shard = $1::bigint")};
    // $1 shard, $2 first, $3 last, $4 epoch, $5 format, $6 previous, $7 hash, $8 entries, $9 owner, $10 epoch before
    const std::string append =
        in("INSERT INTO {}.journal (shard, first, last, epoch, format, previous, hash, entries) SELECT $1::bigint, "
           "$2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::bytea, $7::bytea, $8::bytea FROM moved");
    begin_journal = {"begin_journal",
                     in("WITH moved AS (INSERT INTO {}.head (shard, last, epoch, hash, owner) SELECT $1::bigint, "
                        "$3::bigint, $4::bigint, $7::bytea, $9::text WHERE $10::bigint = 0 AND $6::bytea = "
                        "decode(repeat('00', 32), 'hex') ON CONFLICT DO NOTHING RETURNING shard) ") +
                         append};
    continue_journal = {"continue_journal",
                        in("WITH moved AS (UPDATE {}.head SET last = $3::bigint, epoch = $4::bigint, hash = $7::bytea, "
                           "owner = $9::text WHERE shard = $1::bigint AND last = $2::bigint - 1 AND epoch = "
                           "$10::bigint AND hash = $6::bytea RETURNING shard) ") +
                            append};
    // $11 the keys of what the row's entries seal, as JSON: they are there when it is, and only then
    continue_with_keys = {
        "continue_with_keys",
        in("WITH moved AS (UPDATE {}.head SET last = $3::bigint, epoch = $4::bigint, hash = $7::bytea, owner = "
           "$9::text "
           "WHERE shard = $1::bigint AND last = $2::bigint - 1 AND epoch = $10::bigint AND hash = $6::bytea RETURNING "
           "shard), ") +
            in("kept AS (INSERT INTO {}.keys (shard, owner, key) SELECT moved.shard, each.name, decode(each.key, "
               "'hex') "
               "FROM moved, json_to_recordset(convert_from($11::bytea, 'UTF8')::json) AS each (name text, key "
               "text)) ") +
            append};
    confirm = {"confirm", in("UPDATE {}.head SET beat = beat + 1 WHERE shard = $1::bigint AND last = $2::bigint AND "
                             "epoch = $3::bigint AND hash = $4::bytea")};
    beat = {"beat", in("UPDATE {}.head SET beat = beat + 1 WHERE shard = $1::bigint AND epoch = $2::bigint AND owner = "
                       "$3::text")};
    let_go = {"let_go", in("UPDATE {}.head SET owner = '' WHERE shard = $1::bigint AND epoch = $2::bigint AND owner = "
                           "$3::text")};
    row_at = {"row_at", "SELECT " + row +
                            in(" FROM {}.journal WHERE shard = $1::bigint AND first <= $2::bigint ORDER BY first DESC "
                               "LIMIT 1")};
    rows_after = {"rows_after",
                  "SELECT " + row +
                      in(" FROM {}.journal WHERE shard = $1::bigint AND first > $2::bigint ORDER BY first "
                         "LIMIT 32")};
    save = {"save", in("INSERT INTO {0}.checkpoint AS kept (shard, object, position, sum, bytes) VALUES ($1::bigint, "
                       "$2::text, $3::bigint, $4::bigint, $5::bytea) ON CONFLICT (shard, object) DO UPDATE SET "
                       "position = excluded.position, sum = excluded.sum, bytes = excluded.bytes WHERE "
                       "excluded.position >= kept.position")};
    move_floor = {"move_floor",
                  in("UPDATE {}.head SET floor = $2::bigint WHERE shard = $1::bigint AND floor < $2::bigint")};
    load = {"load", in("SELECT object, position, sum, bytes FROM {}.checkpoint WHERE shard = $1::bigint AND object > "
                       "$2::text AND object < $3::text ORDER BY object LIMIT 10000")};
    objects = {"objects",
               in("SELECT object, position, sum, bytes FROM {}.checkpoint WHERE shard = $1::bigint AND object "
                  ">= $2::text AND object < $3::text ORDER BY object")};
    saved = {"saved", in("SELECT object, position FROM {}.checkpoint WHERE shard = $1::bigint AND object >= $2::text "
                         "AND object < $3::text ORDER BY object")};
    const auto put = [&](std::string_view table, std::string_view name, std::string_view value) {
      return fmt::format("INSERT INTO {}.{} (shard, {}, {}) VALUES (0, $1::text, $2::bytea) ON CONFLICT DO NOTHING",
                         schema, table, name, value);
    };
    put_text = {"put_text", put("texts", "name", "text")};
    text = {"text", in("SELECT text FROM {}.texts WHERE shard = 0 AND name = $1::text")};
    key = {"key", in("SELECT key FROM {}.keys WHERE shard = $1::bigint AND owner = $2::text")};
    key_names = {"key_names",
                 in("SELECT convert_to(owner, 'UTF8') FROM {}.keys WHERE shard = $1::bigint AND owner >= "
                    "$2::text COLLATE \"C\" AND owner < $3::text COLLATE \"C\" ORDER BY owner COLLATE \"C\"")};
    // One statement for many: each range is a line of two names.
    erase_keys = {
        "erase_keys",
        in("DELETE FROM {}.keys USING json_to_recordset(convert_from($2::bytea, 'UTF8')::json) AS each (lower "
           "text, upper text) WHERE shard = $1::bigint AND owner >= each.lower COLLATE \"C\" AND owner < each.upper "
           "COLLATE \"C\"")};
    // $3 who writes, if it has had the journal: from the moment on that somebody else has it, nothing of it is kept.
    // The head is locked until the mark is there, so that whoever takes over reads it, or it is not written.
    set_mark = {
        "set_mark",
        in("WITH held AS (SELECT owner FROM {0}.head WHERE shard = 0 FOR SHARE) INSERT INTO {0}.marks (shard, "
           "name, value) SELECT 0, $1::text, $2::text WHERE $3::text = '' OR NOT EXISTS (SELECT FROM held WHERE "
           "owner NOT IN ('', $3::text)) ON CONFLICT (shard, name) DO UPDATE SET value = excluded.value")};
    mark = {"mark", in("SELECT value FROM {}.marks WHERE shard = 0 AND name = $1::text")};
    vacuum = in("VACUUM {}.keys");
  }
  Query shards, head, begin_journal, continue_journal, continue_with_keys, confirm, beat, let_go, row_at, rows_after,
      save, move_floor, load, objects, saved;
  Query put_text, text, key, key_names, erase_keys, set_mark, mark;
  std::string vacuum;
};

class Journal final : public Store {
 public:
  Journal(const Address& address, bool writes)
      : address_(address),
        queries_(address.schema),
        owner_(name_of_this_process()),
        writes_(writes),
        writing_(address.uri),
        reading_(address.uri) {}

  Status start() {
    if (const Status ready = writing_.ready(); !ready)
      return Error{.code = "cannot_connect", .message = fmt::format("{}: {}", address_.shown, ready.error().message)};
    return writes_ ? migrate(writing_, address_.schema) : check_version(writing_, address_.schema);
  }

  Result<std::vector<std::uint32_t>> shards() override;
  Result<Head> head(std::uint32_t shard) override;
  Committed commit(const Row& row, Epoch previous_epoch) override;
  std::string last_problem() const override;
  Status read(std::uint32_t shard, Position from, const std::function<bool(const Row&)>& each) override;
  Status save(std::uint32_t shard, const std::vector<Checkpoint>& objects, Position floor) override;
  using Store::load;
  Result<Loaded> load(std::uint32_t shard, std::span<const std::string_view> without) override;
  Result<std::vector<Checkpoint>> objects(std::uint32_t shard, std::string_view from, std::string_view until) override;
  Result<std::vector<Saved>> saved(std::uint32_t shard, std::string_view from, std::string_view until) override;
  Status put_text(std::string_view name, std::string_view text) override;
  Result<std::string> text(std::string_view name) override;
  Result<std::string> key(std::uint32_t shard, std::string_view name) override;
  Result<std::vector<std::string>> key_names(std::uint32_t shard, const DataKeyRange& range) override;
  Status erase_keys(std::uint32_t shard, const std::vector<DataKeyRange>& ranges) override;
  Status set_mark(std::string_view name, std::string_view value) override;
  Result<std::string> mark(std::string_view name) override;

  std::optional<Duration> lease() const override { return address_.lease; }
  Status claim(std::uint32_t shard) override;
  Status renew(std::uint32_t shard, Epoch epoch) override;
  void let_go(std::uint32_t shard, Epoch epoch) override;

 private:
  /// What a head says beside where it ends.
  struct State {
    Head head;
    std::string owner;
    std::uint64_t beat = 0;
    Position floor = 0;

    friend bool operator==(const State&, const State&) = default;
  };

  /// Runs it in the session of those who read. Once more when the connection broke: a query changes nothing.
  Result<Answer> look(const Query& query, const Values& values, std::string_view doing);
  /// Runs what writes. Errors: as error_of, and read_only.
  Result<Answer> write(const Query& query, const Values& values, std::string_view doing);
  Result<State> state(std::uint32_t shard);
  Committed not_done(const Answer& answer);
  Row row_of(const Answer& answer, int at, std::uint32_t shard) const;
  /// Writes `bytes` under `name` unless something stands there, and says what does.
  Result<std::string> put_once(const Query& put, const Query& get, std::string_view name, std::string_view bytes);
  Result<std::optional<std::string>> find(const Query& query, std::string_view name);

  const Address address_;
  const Queries queries_;
  const std::string owner_;
  const bool writes_;

  mutable std::mutex writing_mutex_;
  Session writing_;
  std::string problem_;
  bool has_owned_ = false;  ///< with the lock: a row of the host's shard was committed here
  std::mutex reading_mutex_;
  Session reading_;
};

Result<Answer> Journal::look(const Query& query, const Values& values, std::string_view doing) {
  const std::lock_guard lock(reading_mutex_);
  for (int attempt = 0;; ++attempt) {
    if (const Status ready = reading_.ready(); !ready)
      return Error{.code = "store_busy", .message = fmt::format("{}: {}", doing, ready.error().message)};
    Answer answer = reading_.run(query, values);
    if (answer.fine()) return answer;
    if (!reading_.broken()) return error_of(answer, doing);
    reading_.drop();
    if (attempt > 0) return error_of(answer, doing);
  }
}

Result<Answer> Journal::write(const Query& query, const Values& values, std::string_view doing) {
  if (!writes_) return Error{.code = "read_only", .message = "the store was opened to read"};
  if (const Status ready = writing_.ready(); !ready)
    return Error{.code = "store_busy", .message = fmt::format("{}: {}", doing, ready.error().message)};
  (void)writing_.warning();
  Answer answer = writing_.run(query, values);
  if (!answer.fine()) {
    const Error error = error_of(answer, doing);
    if (writing_.broken()) writing_.drop();
    return error;
  }
  if (const std::string warned = writing_.warning(); !warned.empty())
    return Error{.code = "store_busy", .message = fmt::format("{}, which may not be durable: {}", doing, warned)};
  return answer;
}

Result<std::vector<std::uint32_t>> Journal::shards() {
  const auto answer = look(queries_.shards, Values(), "reading the heads");
  if (!answer) return answer.error();
  std::vector<std::uint32_t> found;
  for (int at = 0; at < answer->rows(); ++at) found.push_back(static_cast<std::uint32_t>(answer->number(at, 0)));
  return found;
}

Result<Journal::State> Journal::state(std::uint32_t shard) {
  const auto answer = look(queries_.head, Values(shard), "reading the head");
  if (!answer) return answer.error();
  State state;
  if (answer->rows() == 1)
    state = {.head = {.last = answer->number(0, 0), .epoch = answer->number(0, 1), .hash = answer->hash(0, 2)},
             .owner = std::string(answer->bytes(0, 3)),
             .beat = answer->number(0, 4),
             .floor = answer->number(0, 5)};
  return state;
}

Result<Head> Journal::head(std::uint32_t shard) {
  const auto now = state(shard);
  if (!now) return now.error();
  return now->head;
}

/// With the lock held. Nothing is known of what the answer was to: our bytes may be in, or may still go in.
Committed Journal::not_done(const Answer& answer) {
  const Error error = error_of(answer, "committing");
  problem_ = error.code + ": " + error.message;
  const bool again = may_try_again(answer.sqlstate());
  // A standby in the place of the server that wrote, or a pooler's other session: another connection finds the right
  // one.
  if (writing_.broken() || answer.sqlstate() == "25006" || answer.sqlstate() == "26000") writing_.drop();
  return again ? Committed::not_known : Committed::failed;
}

Committed Journal::commit(const Row& row, Epoch previous_epoch) {
  const std::lock_guard lock(writing_mutex_);
  problem_.clear();
  if (!well_formed(row)) {
    problem_ = "malformed_row: it holds no position";
    return Committed::failed;
  }
  if (!writes_) {
    problem_ = "read_only: the store was opened to read";
    return Committed::failed;
  }
  if (const Status ready = writing_.ready(); !ready) {
    problem_ = "store_busy: " + ready.error().message;
    return Committed::not_known;
  }
  (void)writing_.warning();
  const auto warned = [&] {
    const std::string warning = writing_.warning();
    if (!warning.empty()) problem_ = "store_busy: the commit may not be durable: " + warning;
    return !warning.empty();
  };
  if (row.epoch == previous_epoch || row.epoch == previous_epoch + 1) {
    const auto values = [&](const auto&... more) {
      return Values(row.shard, row.first, row.last, row.epoch, row.format, row.previous, row.hash,
                    std::string_view(row.entries), std::string_view(owner_), previous_epoch, more...);
    };
    const std::string keys = json_of(row.keys);
    const Answer moved =
        row.keys.empty() ? writing_.run(row.first == 1 ? queries_.begin_journal : queries_.continue_journal, values())
                         : writing_.run(queries_.continue_with_keys, values(std::string_view(keys)));
    if (!moved.fine()) return not_done(moved);
    if (warned()) return Committed::not_known;
    if (moved.touched() == 1) {
      has_owned_ = has_owned_ || row.shard == 0;
      return Committed::done;
    }
  }
  // It was ours if its hash is in place. That is written once more, so that this answer too waits for what the server
  // promises of a commit: a standby may not have had the first one.
  const Answer confirmed = writing_.run(queries_.confirm, Values(row.shard, row.last, row.epoch, row.hash));
  if (!confirmed.fine()) return not_done(confirmed);
  if (warned()) return Committed::not_known;
  if (confirmed.touched() == 1) return Committed::done;

  const Answer now = writing_.run(queries_.head, Values(row.shard));
  if (!now.fine()) return not_done(now);
  Head head;
  if (now.rows() == 1) head = {.last = now.number(0, 0), .epoch = now.number(0, 1), .hash = now.hash(0, 2)};
  problem_ = why_conflict(head, row, previous_epoch);
  if (!problem_.empty()) return Committed::conflict;
  problem_ = "store_busy: the head moved between two looks";
  return Committed::not_known;
}

std::string Journal::last_problem() const {
  const std::lock_guard lock(writing_mutex_);
  return problem_;
}

Row Journal::row_of(const Answer& answer, int at, std::uint32_t shard) const {
  return {.shard = shard,
          .first = answer.number(at, 0),
          .last = answer.number(at, 1),
          .epoch = answer.number(at, 2),
          .format = static_cast<std::uint32_t>(answer.number(at, 3)),
          .previous = answer.hash(at, 4),
          .hash = answer.hash(at, 5),
          .entries = std::string(answer.bytes(at, 6))};
}

Status Journal::read(std::uint32_t shard, Position from, const std::function<bool(const Row&)>& each) {
  const auto end = head(shard);
  if (!end) return end.error();
  if (from > end->last) return Done{};
  from = std::max<Position>(from, 1);

  const auto at = [&](Position position) {
    return look(queries_.row_at, Values(shard, position), fmt::format("shard {}, position {}", shard, position));
  };
  const auto found = at(from);
  if (!found) return found.error();
  if (found->rows() == 0 || found->number(0, 1) < from) return missing_row(shard, from);
  Row row = row_of(*found, 0, shard);
  Head before;
  if (row.first > 1) {
    const auto link = at(row.first - 1);
    if (!link) return link.error();
    if (link->rows() == 1) before = head_after(row_of(*link, 0, shard));
  }
  const auto take = [&](const Row& next, bool& on) -> Status {
    if (const Status whole = check_link(next, before, *end); !whole) return whole;
    before = head_after(next);
    on = each(next) && before.last < end->last;
    return Done{};
  };
  bool on = false;
  if (const Status taken = take(row, on); !taken) return taken;
  while (on) {
    const auto after = look(queries_.rows_after, Values(shard, before.last), fmt::format("shard {}", shard));
    if (!after) return after.error();
    if (after->rows() == 0) return missing_row(shard, before.last + 1);
    for (int i = 0; i < after->rows() && on; ++i)
      if (const Status taken = take(row_of(*after, i, shard), on); !taken) return taken;
  }
  return Done{};
}

Status Journal::save(std::uint32_t shard, const std::vector<Checkpoint>& objects, Position floor) {
  const auto now = head(shard);
  if (!now) return now.error();
  if (const Status durable = check_durable(*now, objects, floor); !durable) return durable;
  const std::lock_guard lock(writing_mutex_);
  if (!writes_) return Error{.code = "read_only", .message = "the store was opened to read"};
  if (const Status ready = writing_.ready(); !ready)
    return Error{.code = "store_busy", .message = "saving checkpoints: " + ready.error().message};
  std::vector<Values> values;
  values.reserve(objects.size());
  for (const Checkpoint& object : objects)
    values.emplace_back(shard, std::string_view(object.object), object.position, sum_of(object),
                        std::string_view(object.bytes));
  const Answer saved = writing_.pipeline(queries_.save, values, queries_.move_floor, Values(shard, floor));
  if (saved.fine()) return Done{};
  const Error error = error_of(saved, "saving checkpoints");
  if (writing_.broken()) writing_.drop();
  return error;
}

namespace {

Status take_objects(const Answer& answer, std::uint32_t shard, std::vector<Checkpoint>& objects) {
  for (int at = 0; at < answer.rows(); ++at) {
    Checkpoint object{.object = std::string(answer.bytes(at, 0)),
                      .position = answer.number(at, 1),
                      .bytes = std::string(answer.bytes(at, 3))};
    if (answer.number(at, 2) != sum_of(object))
      return Error{.code = "damaged_checkpoint",
                   .message = fmt::format("shard {}, {} as of {}: not the bytes that were saved", shard, object.object,
                                          object.position)};
    objects.push_back(std::move(object));
  }
  return Done{};
}

}  // namespace

Result<Store::Loaded> Journal::load(std::uint32_t shard, std::span<const std::string_view> without) {
  // The floor first: objects that are newer than it are fine, the other way round is not.
  const auto now = state(shard);
  if (!now) return now.error();
  Loaded loaded{.objects = {}, .floor = now->floor};
  const auto add = [&](std::string after, std::string_view until) -> Status {
    for (;;) {
      const auto some = look(queries_.load, Values(shard, std::string_view(after), until), "reading checkpoints");
      if (!some) return some.error();
      if (const Status taken = take_objects(*some, shard, loaded.objects); !taken) return taken;
      if (some->rows() == 0) return Done{};
      after = loaded.objects.back().object;
    }
  };
  for (const auto& [from, until] : ranges_between(without))
    if (const Status added = add(from, until); !added) return added.error();
  return loaded;
}

Result<std::vector<Checkpoint>> Journal::objects(std::uint32_t shard, std::string_view from, std::string_view until) {
  const auto answer = look(queries_.objects, Values(shard, from, until), "reading checkpoints");
  if (!answer) return answer.error();
  std::vector<Checkpoint> found;
  if (const Status taken = take_objects(*answer, shard, found); !taken) return taken.error();
  return found;
}

Result<std::vector<Store::Saved>> Journal::saved(std::uint32_t shard, std::string_view from, std::string_view until) {
  const auto answer = look(queries_.saved, Values(shard, from, until), "reading the names of checkpoints");
  if (!answer) return answer.error();
  std::vector<Saved> found;
  for (int at = 0; at < answer->rows(); ++at)
    found.push_back({std::string(answer->bytes(at, 0)), answer->number(at, 1)});
  return found;
}

Result<std::optional<std::string>> Journal::find(const Query& query, std::string_view name) {
  const auto answer = look(query, Values(name), fmt::format("reading '{}'", name));
  if (!answer) return answer.error();
  if (answer->rows() == 0) return std::optional<std::string>();
  return std::optional(std::string(answer->bytes(0, 0)));
}

Result<std::string> Journal::put_once(const Query& put, const Query& get, std::string_view name,
                                      std::string_view bytes) {
  {
    const std::lock_guard lock(writing_mutex_);
    const auto written = write(put, Values(name, bytes), fmt::format("writing '{}'", name));
    if (!written) return written.error();
    if (written->touched() == 1) return std::string(bytes);
  }
  const auto kept = find(get, name);
  if (!kept) return kept.error();
  if (*kept) return **kept;
  return Error{.code = "store_busy", .message = fmt::format("'{}' was erased while it was written", name)};
}

Status Journal::put_text(std::string_view name, std::string_view text) {
  const auto kept = put_once(queries_.put_text, queries_.text, name, text);
  if (!kept) return kept.error();
  return *kept == text ? Status(Done{}) : text_differs(name);
}

Result<std::string> Journal::text(std::string_view name) {
  const auto kept = find(queries_.text, name);
  if (!kept) return kept.error();
  return *kept ? Result<std::string>(**kept) : no_such_text(name);
}

Result<std::string> Journal::key(std::uint32_t shard, std::string_view name) {
  const auto answer = look(queries_.key, Values(shard, name), fmt::format("reading '{}'", name));
  if (!answer) return answer.error();
  return answer->rows() == 0 ? Result<std::string>(no_such_key(name)) : std::string(answer->bytes(0, 0));
}

Result<std::vector<std::string>> Journal::key_names(std::uint32_t shard, const DataKeyRange& range) {
  const auto answer =
      look(queries_.key_names, Values(shard, std::string_view(range.from), std::string_view(range.until)),
           "reading the names of the keys");
  if (!answer) return answer.error();
  std::vector<std::string> names;
  for (int row = 0; row < answer->rows(); ++row) names.emplace_back(answer->bytes(row, 0));
  return names;
}

Status Journal::erase_keys(std::uint32_t shard, const std::vector<DataKeyRange>& ranges) {
  if (ranges.empty()) return Done{};
  const std::lock_guard lock(writing_mutex_);
  const auto erased = write(queries_.erase_keys, Values(shard, std::string_view(json_of(ranges))), "erasing keys");
  if (!erased) return erased.error();
  if (erased->touched() == 0) return Done{};
  const Answer vacuumed = writing_.script(queries_.vacuum);
  if (vacuumed.fine()) return Done{};
  const Error error = error_of(vacuumed, "the keys are deleted, their bytes are still in the table");
  if (writing_.broken()) writing_.drop();
  return error;
}

Status Journal::set_mark(std::string_view name, std::string_view value) {
  const std::lock_guard lock(writing_mutex_);
  const std::string_view owner = has_owned_ ? std::string_view(owner_) : std::string_view();
  const auto written = write(queries_.set_mark, Values(name, value, owner), fmt::format("setting '{}'", name));
  if (!written) return written.error();
  if (written->touched() == 1) return Done{};
  return Error{.code = "not_owner", .message = fmt::format("another host owns the journal: '{}' is not set", name)};
}

Result<std::string> Journal::mark(std::string_view name) {
  const auto kept = find(queries_.mark, name);
  if (!kept) return kept.error();
  return kept->value_or("");
}

// ---- Ownership -------------------------------------------------------------------------------------------------

Status Journal::claim(std::uint32_t shard) {
  if (!writes_) return Error{.code = "read_only", .message = "the store was opened to read"};
  const auto found = state(shard);
  if (!found) return found.error();
  if (found->owner.empty() || found->owner == owner_) return Done{};
  // It counts its lease on its own clock, from before it asked; we count a quarter more on ours, from after we saw it.
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(address_.lease.us * 5 / 4);
  while (std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::microseconds(std::max<std::int64_t>(1'000, address_.lease.us / 20)));
    const auto now = state(shard);
    if (!now) return now.error();
    if (now->owner.empty()) return Done{};
    if (*now != *found)
      return Error{
          .code = "already_open",
          .message = fmt::format("shard {} of {} belongs to {}, which is alive", shard, address_.shown, now->owner)};
  }
  return Done{};
}

Status Journal::renew(std::uint32_t shard, Epoch epoch) {
  const std::lock_guard lock(writing_mutex_);
  const auto written = write(queries_.beat, Values(shard, epoch, std::string_view(owner_)), "renewing the lease");
  if (!written) return written.error();
  if (written->touched() == 1) return Done{};
  return Error{.code = "not_owner", .message = fmt::format("another host owns shard {} now", shard)};
}

void Journal::let_go(std::uint32_t shard, Epoch epoch) {
  const std::lock_guard lock(writing_mutex_);
  (void)!write(queries_.let_go, Values(shard, epoch, std::string_view(owner_)), "letting a shard go");
}

Result<std::unique_ptr<Store>> start(const Address& address, bool writes) {
  auto journal = std::make_unique<Journal>(address, writes);
  if (const Status started = journal->start(); !started) return started.error();
  return std::unique_ptr<Store>(std::move(journal));
}

}  // namespace

Result<std::unique_ptr<Store>> PostgresStore::open(const Address& address) { return start(address, true); }

Result<std::unique_ptr<Store>> PostgresStore::open_read_only(const Address& address) { return start(address, false); }

}  // namespace florin::store
