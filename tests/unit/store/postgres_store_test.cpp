// What the PostgreSQL store promises beside the contract: clear errors, answers that are lost, and who owns a shard.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "helpers.hpp"
#include "store/postgres/session.hpp"

namespace florin::store {
namespace {

/// A word of the server's own to a journal, as somebody else says it.
void meanwhile(const Address& address, const std::string& sql) {
  Session session(address.uri);
  ASSERT_TRUE(session.ready());
  const Answer answer = session.script(fmt::format("SET search_path = {}; {}", address.schema, sql));
  ASSERT_TRUE(answer.fine()) << answer.message();
}

/// Ends every connection to the server but the one that asks, as a failover does.
constexpr const char* cut_all =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
    "AND backend_type = 'client backend' AND application_name = '{}'";

/// An address whose connections have a name of their own, so that tests that run at once don't cut each other's.
struct Named {
  Address address = new_address();
  std::string name = address.schema;
  Named() { address.uri += "&application_name=" + name; }
  void cut() const {
    Session session(new_address().uri);
    ASSERT_TRUE(session.ready());
    ASSERT_TRUE(session.script(fmt::format(fmt::runtime(cut_all), name)).fine());
  }
};

TEST(PostgresAddress, SaysWhatIsWrongAndNeverAPassword) {
  const auto code_of = [](const std::string& text) { return read_address(text).error(); };
  for (const char* bad : {"postgres://jo:hush@[::1/db", "postgres://jo:hush@host/db?no_such_word=1",
                          "postgres://jo:hush@host/db?schema=Pg", "postgres://jo:hush@host/db?lease=5"}) {
    EXPECT_EQ(code_of(bad).code, "bad_address") << bad;
    EXPECT_EQ(code_of(bad).message.find("hush"), std::string::npos) << code_of(bad).message;
  }
  const auto good = read_address("postgres://jo:hush@db.example:5433/books?schema=eu&lease=250ms&sslmode=require");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->shown, "postgres://jo@db.example:5433/books, schema eu");
  EXPECT_EQ(good->schema, "eu");
  EXPECT_EQ(good->lease, Duration{250'000});
  EXPECT_EQ(good->uri, "postgres://jo:hush@db.example:5433/books?sslmode=require");
}

TEST(PostgresStore, SaysThatItCannotConnect) {
  Address address = *read_address("postgres://jo:hush@/books?host=/no/such/folder");
  const auto store = PostgresStore::open(address);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, "cannot_connect");
  EXPECT_NE(store.error().message.find("/no/such/folder"), std::string::npos) << store.error().message;
  EXPECT_EQ(store.error().message.find("hush"), std::string::npos) << store.error().message;
}

TEST(PostgresStore, KnowsANewerSchemaAndANewOne) {
  const Address address = new_address();
  EXPECT_EQ(PostgresStore::open_read_only(address).error().code, "not_a_journal");
  ASSERT_TRUE(PostgresStore::open(address));
  EXPECT_TRUE(PostgresStore::open(address));
  meanwhile(address, "INSERT INTO migration VALUES (1000)");
  EXPECT_EQ(PostgresStore::open(address).error().code, "newer_version");
  EXPECT_EQ(PostgresStore::open_read_only(address).error().code, "newer_version");
}

TEST(PostgresStore, ManyMakeTheTablesAtOnce) {
  const Address address = new_address();
  std::array<std::string, 4> wrong;
  {
    std::vector<std::jthread> threads;
    for (std::string& why : wrong)
      threads.emplace_back([&] {
        if (const auto opened = PostgresStore::open(address); !opened) why = opened.error().message;
      });
  }
  for (const std::string& why : wrong) EXPECT_EQ(why, "");
}

TEST(PostgresStore, WhoOnlyLooksChangesNothing) {
  const Address address = new_address();
  const auto store = open_postgres(address);
  Writer writer(*store);
  writer.add("opening");
  const auto looks = *PostgresStore::open_read_only(address);
  EXPECT_EQ(rows_of(*looks).size(), 1u);
  EXPECT_EQ(looks->commit(writer.form("more"), 1), Committed::failed);
  EXPECT_EQ(looks->save(1, {}, 1).error().code, "read_only");
  EXPECT_EQ(looks->put_text("a", "b").error().code, "read_only");
  EXPECT_EQ(looks->set_mark("a", "b").error().code, "read_only");
  EXPECT_EQ(looks->erase_keys(1, {only("a")}).error().code, "read_only");
  EXPECT_EQ(looks->claim(1).error().code, "read_only");
  EXPECT_EQ(rows_of(*store).size(), 1u);
}

TEST(PostgresStore, ADamagedRowIsNoticed) {
  const Address address = new_address();
  const auto store = open_postgres(address);
  Writer writer(*store);
  for (const char* text : {"one", "two", "three"}) writer.add(text);
  meanwhile(address, "UPDATE journal SET entries = 'tvo' WHERE first = 2");
  std::string wrong;
  EXPECT_TRUE(rows_of(*store, 1, &wrong).empty());
  EXPECT_TRUE(wrong.starts_with("damaged_row")) << wrong;
  meanwhile(address, "DELETE FROM journal WHERE first = 2");
  EXPECT_TRUE(rows_of(*store, 1, &wrong).empty());
  EXPECT_TRUE(wrong.starts_with("damaged_row")) << wrong;
  ASSERT_TRUE(store->save(1, {{"account", 3, "state"}}, 3));
  meanwhile(address, "UPDATE checkpoint SET bytes = 'stata'");
  EXPECT_EQ(store->load(1).error().code, "damaged_checkpoint");
}

TEST(PostgresStore, ACutConnectionIsNotKnownAndTheSameBytesGoInOnce) {
  const Named named;
  const auto store = open_postgres(named.address);
  Writer writer(*store);
  ASSERT_EQ(writer.add("opening"), Committed::done);
  const Row row = writer.form("row");
  named.cut();
  EXPECT_EQ(store->commit(row, 1), Committed::not_known);
  EXPECT_NE(store->last_problem(), "");
  EXPECT_EQ(writer.commit(row), Committed::done);
  EXPECT_EQ(writer.commit(row), Committed::done);
  EXPECT_EQ(rows_of(*store).size(), 2u);

  named.cut();
  EXPECT_EQ(store->head(1)->last, 2u);  // who reads asks once more by itself
  named.cut();
  EXPECT_EQ(store->set_mark("a", "b").error().code, "store_busy");
  EXPECT_TRUE(store->set_mark("a", "b"));
  named.cut();
  EXPECT_EQ(store->save(1, {{"account", 2, "state"}}, 2).error().code, "store_busy");
  EXPECT_TRUE(store->save(1, {{"account", 2, "state"}}, 2));
}

TEST(PostgresStore, ACommitThatCameWithAWarningIsNotKnown) {
  const Address address = new_address();
  const auto store = open_postgres(address);
  Writer writer(*store);
  ASSERT_EQ(writer.add("opening"), Committed::done);
  // As a server says it whose standby did not confirm: committed here, perhaps not there.
  meanwhile(
      address,
      "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'not replicated'; RETURN "
      "NEW; END $$; CREATE TRIGGER warns BEFORE UPDATE ON head FOR EACH ROW EXECUTE FUNCTION warn()");
  const Row row = writer.form("row");
  EXPECT_EQ(store->commit(row, 1), Committed::not_known);
  EXPECT_NE(store->last_problem().find("not replicated"), std::string::npos) << store->last_problem();
  EXPECT_EQ(store->commit(row, 1), Committed::not_known);  // the confirmation has to be durable too
  EXPECT_EQ(store->renew(1, 1).error().code, "store_busy");
  meanwhile(address, "DROP TRIGGER warns ON head");
  EXPECT_EQ(writer.commit(row), Committed::done);
  EXPECT_EQ(rows_of(*store).size(), 2u);
}

TEST(PostgresStore, AFullDiskIsWaitedFor) {
  const Address address = new_address();
  const auto store = open_postgres(address);
  Writer writer(*store);
  ASSERT_EQ(writer.add("opening"), Committed::done);
  meanwhile(address,
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left' "
            "USING ERRCODE = 'disk_full'; END $$; CREATE TRIGGER fills BEFORE INSERT ON journal FOR EACH ROW EXECUTE "
            "FUNCTION full_disk()");
  const Row row = writer.form("row");
  EXPECT_EQ(store->commit(row, 1), Committed::not_known);
  EXPECT_TRUE(store->last_problem().starts_with("store_full")) << store->last_problem();
  EXPECT_EQ(store->head(1)->last, 1u);  // the head moves with its row or not at all
  meanwhile(address, "DROP TRIGGER fills ON journal");
  EXPECT_EQ(writer.commit(row), Committed::done);
}

TEST(PostgresStore, AShardIsLeftToItsOwnerWhileThatIsAlive) {
  const Address address = new_address("300ms");
  const auto first = open_postgres(address);
  ASSERT_TRUE(first->claim(1));  // nobody's
  Writer writer(*first);
  ASSERT_EQ(writer.add("opening"), Committed::done);
  ASSERT_TRUE(first->renew(1, 1));

  const auto second = open_postgres(address);
  {
    const std::jthread beats([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        EXPECT_TRUE(first->renew(1, 1));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
    EXPECT_EQ(second->claim(1).error().code, "already_open");
  }
  // It falls silent. After a lease and a quarter it is nobody's, and learns it when it asks.
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(second->claim(1));
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(375));
  Writer owner(*second);
  ASSERT_EQ(owner.add("opening again"), Committed::done);
  EXPECT_EQ(first->renew(1, 1).error().code, "not_owner");
  EXPECT_EQ(writer.add("too late"), Committed::conflict);
  first->let_go(1, 1);  // changes nothing: it is not its any more
  EXPECT_TRUE(second->renew(1, 2));

  second->let_go(1, 2);
  EXPECT_EQ(second->renew(1, 2).error().code, "not_owner");
}

// A host that slept does not write over what the next one has noted.
TEST(PostgresStore, WhoHasLostTheJournalSetsNoMark) {
  const Address address = new_address("300ms");
  const auto first = open_postgres(address);
  Writer writer(*first, 0);
  ASSERT_EQ(writer.add("opening", 1, 0), Committed::done);
  EXPECT_TRUE(first->set_mark("seen", "by the first"));
  first->let_go(0, 1);
  EXPECT_TRUE(first->set_mark("seen", "by the first, once more")) << "nobody has it yet";
  const auto second = open_postgres(address);
  EXPECT_TRUE(second->set_mark("held", "before it has the journal"));
  Writer owner(*second, 0);
  ASSERT_EQ(owner.add("opening again", 1, 0), Committed::done);
  EXPECT_TRUE(second->set_mark("seen", "by the second"));
  EXPECT_EQ(first->set_mark("seen", "too late").error().code, "not_owner");
  EXPECT_EQ(*first->mark("seen"), "by the second");
}

TEST(PostgresStore, WhoLetsGoIsNotWaitedFor) {
  const Address address = new_address("3600s");
  const auto first = open_postgres(address);
  Writer writer(*first);
  ASSERT_EQ(writer.add("opening"), Committed::done);
  first->let_go(1, 1);
  const auto second = open_postgres(address);
  EXPECT_TRUE(second->claim(1));
}

}  // namespace
}  // namespace florin::store
