#include "store/postgres/session.hpp"

#include <cstdlib>
#include <cstring>
#include <utility>

namespace florin::store {

namespace {

/// libpq ends its messages with a line break, and some are two lines.
std::string one_line(const char* text) {
  std::string line(text);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  for (char& c : line)
    if (c == '\n') c = ' ';
  return line;
}

constexpr int binary = 1;
constexpr std::size_t pipelined = 128;  // runs between two looks at what came back: neither side's buffer fills up

}  // namespace

void Values::add(std::uint64_t number) {
  std::array<char, 8> big_endian;
  for (std::size_t i = 0; i < 8; ++i) big_endian[i] = static_cast<char>(number >> (56 - 8 * i));
  numbers_.push_back(big_endian);
  bytes_.emplace_back();
  sizes_.push_back(8);
  formats_.push_back(binary);
}

void Values::add(std::string_view bytes) {
  bytes_.push_back(bytes.data() == nullptr ? std::string_view("") : bytes);
  sizes_.push_back(static_cast<int>(bytes.size()));
  formats_.push_back(binary);
}

void Values::add(const Hash& hash) { add(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size())); }

std::vector<const char*> Values::pointers() const {
  std::vector<const char*> pointers;
  std::size_t number = 0;
  for (const std::string_view bytes : bytes_)
    pointers.push_back(bytes.data() == nullptr ? numbers_[number++].data() : bytes.data());
  return pointers;
}

bool Answer::fine() const {
  const ExecStatusType status = PQresultStatus(result_.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

std::string_view Answer::sqlstate() const {
  const char* state = result_ ? PQresultErrorField(result_.get(), PG_DIAG_SQLSTATE) : nullptr;
  return state == nullptr ? "" : state;
}

std::string Answer::message() const {
  const char* message = result_ ? PQresultErrorField(result_.get(), PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  if (message != nullptr) return one_line(message);
  return result_ ? one_line(PQresultErrorMessage(result_.get())) : "the connection is gone";
}

std::uint64_t Answer::touched() const { return std::strtoull(PQcmdTuples(result_.get()), nullptr, 10); }

std::uint64_t Answer::number(int row, int column) const {
  const std::string_view bytes = this->bytes(row, column);
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

std::string_view Answer::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

Hash Answer::hash(int row, int column) const {
  Hash hash{};
  const std::string_view bytes = this->bytes(row, column);
  if (bytes.size() == hash.size()) std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

void Session::on_notice(void* self, const PGresult* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity == nullptr || std::string_view(severity) != "WARNING") return;
  static_cast<Session*>(self)->warning_ = one_line(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY));
}

Status Session::ready() {
  if (!broken()) return Done{};
  prepared_.clear();
  // What comes first can be said otherwise in the address. A server that went away without a word is noticed within
  // fifteen seconds; one that became a standby is left for the one that writes.
  const char* names[] = {"connect_timeout",      "keepalives_idle",
                         "keepalives_interval",  "keepalives_count",
                         "tcp_user_timeout",     "fallback_application_name",
                         "target_session_attrs", "dbname",
                         "client_encoding",      nullptr};
  const char* values[] = {"10", "5", "3", "3", "15000", "florin", "read-write", uri_.c_str(), "UTF8", nullptr};
  connection_.reset(PQconnectdbParams(names, values, 1));
  if (broken()) {
    const Error error{.code = "cannot_connect", .message = one_line(PQerrorMessage(connection_.get()))};
    drop();
    return error;
  }
  PQsetNoticeReceiver(connection_.get(), &Session::on_notice, this);
  // An answer that is not durable is none, whatever the database's default is; a lock is never waited for long.
  const Answer set = script(
      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', "
      "'local'); SET lock_timeout = '5s'; SET statement_timeout = '60s'");
  if (set.fine()) return Done{};
  Error error{.code = "cannot_connect", .message = set.message()};
  drop();
  return error;
}

Answer Session::prepare(const Query& query) {
  Answer made(PQprepare(connection_.get(), query.name.c_str(), query.sql.c_str(), 0, nullptr));
  if (made.fine()) prepared_.insert(query.name);
  return made;
}

Answer Session::run(const Query& query, const Values& values) {
  if (!prepared_.contains(query.name)) {
    Answer made = prepare(query);
    if (!made.fine()) return made;
  }
  const auto pointers = values.pointers();
  return Answer(PQexecPrepared(connection_.get(), query.name.c_str(), static_cast<int>(pointers.size()),
                               pointers.data(), values.sizes().data(), values.formats().data(), binary));
}

Answer Session::script(const std::string& sql) { return Answer(PQexec(connection_.get(), sql.c_str())); }

Answer Session::pipeline(const Query& each, const std::vector<Values>& values, const Query& last,
                         const Values& last_values) {
  static const Query begin{"begin", "BEGIN"};
  static const Query commit{"commit", "COMMIT"};
  for (const Query* query : {&begin, &each, &last, &commit})
    if (!prepared_.contains(query->name))
      if (Answer made = prepare(*query); !made.fine()) return made;

  PGconn* const connection = connection_.get();
  PQenterPipelineMode(connection);
  Answer worst(nullptr);
  bool wrong = false;
  const auto send = [&](const Query& query, const Values& with) {
    const auto pointers = with.pointers();
    PQsendQueryPrepared(connection, query.name.c_str(), static_cast<int>(pointers.size()), pointers.data(),
                        with.sizes().data(), with.formats().data(), binary);
  };
  // A sync in a transaction that was begun does not end it; after an error the rest is refused, and COMMIT rolls back.
  const auto drain = [&] {
    PQpipelineSync(connection);
    for (;;) {
      PGresult* result = PQgetResult(connection);
      if (result == nullptr) {
        if (broken()) return;
        continue;  // between the answers of two statements
      }
      Answer answer(result);
      if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) return;
      if (!wrong && !answer.fine() && PQresultStatus(result) != PGRES_PIPELINE_ABORTED) {
        wrong = true;
        worst = std::move(answer);
      }
    }
  };
  send(begin, Values());
  for (std::size_t i = 0; i < values.size() && !wrong && !broken(); ++i) {
    send(each, values[i]);
    if (i % pipelined == pipelined - 1) drain();
  }
  if (!wrong) send(last, last_values);
  send(commit, Values());
  drain();
  if (!broken()) PQexitPipelineMode(connection);
  if (wrong) {
    if (!broken() && PQtransactionStatus(connection) != PQTRANS_IDLE) script("ROLLBACK");
    return worst;
  }
  return broken() ? Answer(nullptr) : Answer(PQmakeEmptyPGresult(connection, PGRES_COMMAND_OK));
}

}  // namespace florin::store
