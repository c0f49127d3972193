/// What the program answers to bad input: the exit code, where it says so, and that nothing is left half done.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <tuple>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// `text` with `to` in place of `from`, which is there once.
std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// A folder with the shipped config and plugins, in which the program is run.
class Answers : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder);
    fs::create_directories(folder / "plugins");
    fs::copy(FLORIN_CONFIG, folder / "config", fs::copy_options::recursive);
    for (const auto& plugin : fs::directory_iterator(FLORIN_SHIPPED))
      if (plugin.path().extension() == ".so") fs::copy(plugin.path(), folder / "plugins");
    write("config/florin.yaml", "plugins: {folder: ../plugins}\ntenants: tenants\ndata: ../data\n");
    fs::create_directories(folder / "examples");
    fs::create_directory_symlink(FLORIN_FIRST_YEAR, folder / "examples/first_year");
  }
  void TearDown() override { fs::remove_all(folder); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  /// Runs `florin words`; its exit code.
  int florin(const std::string& words) {
    const std::string line =
        "cd '" + folder.string() + "' && timeout 100 " FLORIN_PROGRAM " " + words + " >.out 2>.err </dev/null";
    const int status = std::system(line.c_str());
    out = text_of(folder / ".out");
    err = text_of(folder / ".err");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// The exit code, and `said` in what it says on the standard error.
  void expect(const std::string& words, int code, const std::string& said) {
    EXPECT_EQ(florin(words), code) << words << "\n" << out << err;
    EXPECT_NE(err.find(said), std::string::npos) << words << " says\n" << err << "and should say\n" << said;
  }
  bool there(const std::string& name) const { return fs::exists(folder / name); }

  const fs::path folder =
      fs::temp_directory_path() /
      ("florin-answers-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  std::string out, err;
};

TEST_F(Answers, WhoLooksBeginsNoJournal) {
  write("request", "POST / HTTP/1.1\nX-Signature: none\n\n{}");
  for (const char* words :
       {"payments nowhere callloop", "reconcile nowhere callloop --processor sandbox --day 2026-04-10",
        "upcoming nowhere callloop --day 2026-04-10", "months nowhere callloop", "notifications nowhere callloop",
        "bank-receipts nowhere --tenant exotel", "statement nowhere request --tenant exotel --processor bank",
        "webhook nowhere request --tenant callloop --processor sandbox"})
    expect(words + std::string(" --config config/florin.yaml"), 3, "nowhere is not there");
  EXPECT_FALSE(there("nowhere"));
}

/// What a customer writes stays one line of what people read, and steers no terminal.
TEST_F(Answers, AForgedLineIsNone) {
  write("config/florin.yaml", "plugins: {folder: ../plugins}\ntenants: tenants\ndata: ../data\npayments: sandbox\n");
  const std::string as = " --as owner --config config/florin.yaml";
  EXPECT_EQ(florin(R"(submit data callloop eve '{"open_account": {"billing_country": "US"}}' --key a)" + as), 0) << err;
  EXPECT_EQ(
      florin(
          R"(submit data callloop eve '{"add_payment_method": {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}}' --key b)" +
          as),
      0)
      << err;
  EXPECT_EQ(florin(R"(submit data callloop eve '{"subscribe": {"plan": "growth", "cycle": "monthly"}}' --key c)" + as),
            0)
      << err;
  EXPECT_EQ(
      florin(
          R"(submit data callloop eve '{"request_review": {"order": 1, "reason": "duplicate_charge", "said": "\u001b[2Jhello\u202e\n#999 2026-01-01T00:00Z callloop/eve staff:boss refund_order: order 1"}}' --key d)" +
          as),
      0)
      << err;
  for (const char* words : {"journal data --tenant callloop --account eve", "journal data --json",
                            "explain data callloop eve", "show data callloop eve", "verify data"}) {
    EXPECT_EQ(florin(words), 0) << words << err;
    EXPECT_EQ((out + err).find("\n#999"), std::string::npos) << words;
    EXPECT_EQ((out + err).find('\x1b'), std::string::npos) << words;
    EXPECT_EQ((out + err).find("\u202e"), std::string::npos) << words;
  }
  EXPECT_EQ(florin("journal data --tenant callloop --account eve"), 0);
  EXPECT_NE(out.find("\\x1b[2Jhello\\u202e\\n#999"), std::string::npos) << out;
}

/// The statement of account: 49.00 USD are invoiced and paid, so nothing is owed before and after.
TEST_F(Answers, AnAccountsStatementIsPrintedAndWritten) {
  write("config/florin.yaml", "plugins: {folder: ../plugins}\ntenants: tenants\ndata: ../data\npayments: sandbox\n");
  const std::string as = " --as owner --config config/florin.yaml";
  EXPECT_EQ(florin(R"(submit data callloop eve '{"open_account": {"billing_country": "US"}}' --key a)" + as), 0) << err;
  EXPECT_EQ(florin(R"(submit data callloop eve '{"add_payment_method": {"method": "card", "slot": "primary", )"
                   R"("details": {"token": "ok", "brand": "visa", "last4": "4242"}}}' --key b)" +
                   as),
            0)
      << err;
  EXPECT_EQ(florin(R"(submit data callloop eve '{"subscribe": {"plan": "growth", "cycle": "monthly"}}' --key c)" + as),
            0)
      << err;
  ASSERT_EQ(florin("account-statement data callloop eve" + as), 0) << err;
  for (const char* part : {R"("opening":"0.00 USD")", R"("kind":"invoice","number":"CL-000001")",
                           R"("amount":"-49.00 USD","balance":"0.00 USD")", R"("closing":"0.00 USD")"})
    EXPECT_NE(out.find(part), std::string::npos) << part << "\n" << out;
  ASSERT_EQ(florin("account-statement data callloop eve --pdf --file data/eve.pdf" + as), 0) << err;
  std::ifstream written(folder / "data/eve.pdf", std::ios::binary);
  EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(written), {}).starts_with("%PDF-1.5"));
  expect("account-statement data callloop eve --from 2026-02-30" + as, 2, "--from");
  expect("account-statement data callloop eve --from 2026-04-02 --to 2026-04-01" + as, 4, "ends no earlier");
  expect("account-statement data callloop nobody" + as, 4, "nobody");
}

TEST_F(Answers, ASecretAndAPluginThatOthersMayChangeAreRefused) {
  fs::permissions(folder / "plugins", fs::perms::all);
  expect("check config --config config/florin.yaml", 1, "make it mode 755");
  fs::permissions(folder / "plugins", static_cast<fs::perms>(0755));
  fs::permissions(folder / "plugins/sandbox.so", fs::perms::all);
  expect("check config --config config/florin.yaml", 1, "make it mode 644");
}

TEST_F(Answers, WrongUsage) {
  expect("", 2, "A subcommand is required");
  expect("chekc config", 2, "'chekc' is no command (did you mean 'check'?)");
  expect("check", 2, "FILE is required");
  expect("demo --dta d", 2, "--dta");
  expect("journal d --from -3", 2, "--from");
  expect("journal d --from 0", 2, "--from: 0 is no position: they count from 1");
  expect("journal d --account acme", 2, "--tenant");
  expect("explain d 'Bad Id' acme", 2, "TENANT: 'Bad Id' is no id");
  expect("show d callloop acme --at yesterday", 2, "'yesterday' is no instant such as 2026-03-10T09:00Z");
}

TEST_F(Answers, WhatAPluginsAuthorMistypes) {
  expect("plugin", 2, "`florin plugin` needs a command; there are new, check, test, key, sign, lock");
  expect("plugin frob", 2, "'frob' is no command of `florin plugin`; there are new, check");
  expect("plugin chekc mine.so", 2, "'chekc' is no command of `florin plugin` (did you mean 'check'?)");
  expect("plugin new mine", 2, "--kind is required: processor, policy, tax or method");
  expect("plugin new mine --kind polcy", 2,
         "there is no kind 'polcy' of plugin (did you mean 'policy'?): --kind is one of");
  expect("plugin new mine --kind policy --lang go", 2, "there is no template in 'go': --lang is one of c, cpp, rust");
  expect("plugin new ../mine --kind policy", 2, "'../mine' is no plugin's name");
  expect("plugin new standard --kind policy", 2, "'standard' ships with Florin, and a folder has one plugin of a name");
  expect("plugin new test --kind policy", 2,
         "'test' is a name that CMake keeps for itself: take another one, as my_test");
  fs::create_directories(folder / "taken");
  expect("plugin new taken --kind policy", 2, "taken is there already: take another name or folder");
  EXPECT_EQ(florin("plugin new mine --kind policy --lang c++"), 0) << err;
  EXPECT_TRUE(there("mine/mine.cpp"));
}

TEST_F(Answers, PluginsAndStoriesThatAreNotThere) {
  expect("plugin check plugins", 3, "plugins is a folder; name the plugin in it, as plugins/mine.so");
  expect("plugin check none.so", 3, "there is no file none.so; build the plugin first");
  expect("plugin check plugins/stripe.so --against nowhere", 3, "--against nowhere is no folder");
  fs::create_directories(folder / "exchanges");
  expect("plugin check plugins/card.so --against exchanges", 3, "--against is of processors, and 'card' is none");
  write("text.so", "hello");
  EXPECT_EQ(florin("plugin check text.so"), 1);
  EXPECT_NE(out.find("text.so: this is no Florin plugin: it is no shared object"), std::string::npos) << out;
  EXPECT_EQ(out.find("florin-check-"), std::string::npos) << "no file that nobody named\n" << out;
  expect("plugin test nowhere --plugin plugins/card.so", 3, "there is no story or folder of stories nowhere");
  fs::create_directories(folder / "stories");
  expect("plugin test stories --plugin plugins/card.so", 3, "there is no story, *.yaml, in stories");
  write("stories/one.yaml", "because: none");
  expect("plugin test stories --plugin none.so", 3, "there is no file none.so; --plugin is the shared object");
  expect("plugin test stories --plugin plugins/card.so", 3,
         "/florin.yaml, the host file that the stories are played with");
}

TEST_F(Answers, ExchangesThatAreMistyped) {
  fs::create_directories(folder / "exchanges");
  const auto says = [&](const std::string& exchange, const std::string& what) {
    write("exchanges/1.json", exchange);
    EXPECT_EQ(florin("plugin check plugins/sandbox.so --against exchanges"), 1) << out << err;
    EXPECT_NE(out.find("1.json: " + what), std::string::npos) << out;
  };
  says(R"({"operation": "charge", "methode": "card", "expect": {"state": "captured"}})",
       "'methode' is no word of an exchange (did you mean 'method'?)");
  says(R"({"operation": "charge", "at": "yesterday", "expect": {"state": "captured"}})",
       "'at': 'yesterday' is no instant");
  says(R"({"operation": "webhook", "sign": {"header": "x"}, "expect": {"state": "proven"}})",
       "'sign' has a header and a secret");
  says(
      R"({"operation": "webhook", "sign": {"header": "x", "secret": "y", "scheme": "rsa"}, "expect": {"state": "proven"}})",
      "'scheme' is rsa_sha256, rsa_pss_sha256, ecdsa_sha256 or ed25519, not 'rsa'");
}

TEST_F(Answers, KeysThatSignPlugins) {
  expect("plugin sign plugins/card.so --key none", 3,
         "none cannot be read: No such file or directory; `florin plugin key none` makes");
  EXPECT_EQ(florin("plugin key mine"), 0) << err;
  expect("plugin key mine", 3, "mine is there already");
  expect("plugin sign plugins/card.so --key mine.pub", 3, "mine.pub is the public key, which checks signatures");
  write("noise", "garbage");
  expect("plugin sign plugins/card.so --key noise", 3,
         "noise: this is not a key that begins with florin_plugin_private_");
  fs::create_directories(folder / "empty");
  expect("plugin lock empty", 3, "there is no plugin, *.so, in empty");
  EXPECT_EQ(florin("plugin lock plugins"), 0) << err;
}

TEST_F(Answers, FilesThatAreNoTenants) {
  write("empty.yaml", "");
  write("noise.yaml", std::string("\xff\xfe\0\x01", 4));
  expect("check empty.yaml", 1, "empty.yaml: nothing is written here");
  expect("check noise.yaml", 1, "noise.yaml:1:1: this is not UTF-8 text");
  expect("check nowhere.yaml", 1, "nowhere.yaml: there is no such file");
  expect("check plugins", 1, "there is no *.yaml in this folder");
  EXPECT_EQ(florin("check config"), 0) << err;
  expect("scenario --config config/florin.yaml plugins", 1, "");
  EXPECT_NE(out.find("there is no story to run"), std::string::npos);
}

TEST_F(Answers, NoJournal) {
  write("text.db", "this is a text and no database, long enough to be looked at: " + std::string(600, '.'));
  write("empty.db", "");
  fs::create_directories(folder / "bare");
  for (const std::string command : {"verify", "journal", "views", "versions", "start-sending"}) {
    expect(command + " nowhere", 3, "nowhere is not there");
    expect(command + " bare", 3, "bare/journal.db is not there");
    expect(command + " text.db", 3, "text.db is no database: this is not a journal");
    expect(command + " empty.db", 3, "empty.db is empty");
  }
  expect("backup nowhere copy.db", 3, "nowhere is not there");
  expect("restore text.db restored", 3, "text.db is no database");
  EXPECT_FALSE(there("copy.db") || there("restored") || there("nowhere") || there("bare/journal.db"));
}

TEST_F(Answers, TheDemoTouchesOnlyItsOwn) {
  fs::create_directories(folder / "mine");
  write("mine/letter", "dear");
  write("file", "not a folder");
  expect("demo --config nowhere.yaml --data d", 3, "nowhere.yaml: there is no such file");
  expect("demo --config config/florin.yaml --data mine", 3, "no demo made it. Choose another folder");
  expect("demo --config config/florin.yaml --data file", 3, "'file' is not empty");
  expect("demo --config config/florin.yaml --data /proc/none", 3, "/proc/none: ");
  EXPECT_EQ(text_of(folder / "mine/letter"), "dear");
  EXPECT_EQ(text_of(folder / "file"), "not a folder");

  // One that runs is not swept away by a second one.
  fs::create_directories(folder / "running");
  write("running/made_by_florin_demo", "");
  write("running/journal.db", "its journal");
  const int lock = ::open((folder / "running/journal.db.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  expect("demo --config config/florin.yaml --data running", 3, "one host at a time");
  EXPECT_EQ(text_of(folder / "running/journal.db"), "its journal");
  ::close(lock);
}

TEST_F(Answers, OneCommandAtATime) {
  const std::string submit = "submit data callloop ann --config config/florin.yaml --as owner ";
  ASSERT_EQ(florin(submit + R"(--key o '{"open_account": {"billing_country": "US"}}')"), 0) << err;
  expect(submit + "--key a nonsense", 2, "this is not JSON");
  expect(submit + "--key a '{}'", 2, "exactly one key belongs here");
  expect(submit + R"(--key a '{"cancle": {}}')", 2, "(did you mean 'cancel'?)");
  expect(submit + R"(--key a '{"cancel": {}, "cancel": {}}')", 2, "'cancel' is written twice");
  expect(submit + R"(--key a '{"use": {"meter": "sms", "quantity": "-1 characters"}}')", 2, "use.quantity: ");
  expect(submit + R"(--key a '{"buy_credits": {"amount": "99999999999999999999 message"}}')", 2,
         "buy_credits.amount: ");
  expect(submit + R"(--key o '{"open_account": {"billing_country": "DE"}}')", 4, "used for another command");
  expect("submit data nobody ann --config config/florin.yaml --as owner --key a '{\"cancel\": {}}'", 4,
         "there is no tenant 'nobody': callloop, exotel, kaspr or salesmsg");
  expect("submit data callloop ann --config config/florin.yaml --as host --key a '{\"cancel\": {}}'", 4,
         "nobody speaks for it");
  expect(submit + "--key a '" + std::string(5'000, '[') + "'", 2, "more than 32 maps and lists");
  expect("journal data --tenant nobody", 4, "nothing here is of a tenant 'nobody'");
  expect("explain data callloop nobody", 4, "has no account 'nobody'");
  expect("submit data callop ann --config config/florin.yaml --as owner --key a '{\"cancel\": {}}'", 4,
         "there is no tenant 'callop' (did you mean 'callloop'?)");
  expect("submit data callloop ann --config config/florin.yaml --as boss --key a '{\"cancel\": {}}'", 4,
         "There is no role 'boss' here: staff, service, owner");
  EXPECT_EQ(florin("verify data"), 0) << out << err;
  EXPECT_EQ(florin("verify data >/dev/full; echo $? >.out; cat .out"), 0);

  const int lock = ::open((folder / "data/journal.db.lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  expect(submit + R"(--key b '{"cancel": {}}')", 3, "one host at a time");
  expect("start-sending data", 3, "one host at a time");
  EXPECT_EQ(florin("verify data"), 0) << err;  // who only reads is not in the way
  ::close(lock);
}

TEST_F(Answers, UnfitPluginsStopTheirTenantsAlone) {
  write("plugins/empty.so", "");
  fs::copy("/bin/ls", folder / "plugins/ls.so");
  fs::copy(folder / "plugins/wire.so", folder / "plugins/wire_again.so");
  ASSERT_EQ(::mkfifo((folder / "plugins/pipe.so").c_str(), 0600), 0);  // nobody ever writes into it
  EXPECT_EQ(florin("plugins plugins"), 1) << out << err;
  for (const char* said : {"empty.so: ", "ls.so: ", "pipe.so: it is no regular file", "plugin 'wire' is there twice"})
    EXPECT_NE(out.find(said), std::string::npos) << said << "\n" << out;
  const std::string submit = " --config config/florin.yaml --as owner '{\"cancel\": {}}' --key ";
  expect("submit data exotel ann" + submit + "a", 4, "exotel.yaml");  // it needs wire
  EXPECT_NE(err.find("the tenant is stopped: "), std::string::npos) << err;
  expect("submit data kaspr ann" + submit + "b", 4, "no_such_account");  // it runs
  expect("plugins nowhere", 3, "nowhere: the folder of plugins cannot be read");
}

TEST_F(Answers, ABackupIsNeverWrittenOver) {
  ASSERT_EQ(florin(R"(submit data callloop ann --config config/florin.yaml --as owner --key o '{"start_trial": {}}')"),
            4);
  ASSERT_EQ(florin("backup data copy.db"), 0) << err;
  const std::string whole = text_of(folder / "copy.db");
  expect("backup data copy.db", 3, "copy.db is there and is never overwritten");
  expect("restore copy.db data", 3, "data/journal.db is there and is never overwritten");
  expect("backup data /nowhere/copy.db", 3, "/nowhere/copy.db");
  EXPECT_EQ(text_of(folder / "copy.db"), whole);
  fs::resize_file(folder / "copy.db", whole.size() / 2);
  expect("restore copy.db restored", 3, "copy.db");
  EXPECT_FALSE(there("restored"));
}

TEST_F(Answers, ANewTenantWaitsUntilItIsMeant) {
  const std::string config = " --config config/florin.yaml";
  ASSERT_EQ(
      florin(R"(submit data callloop ann --as owner --key o '{"open_account": {"billing_country": "US"}}')" + config),
      0)
      << err;
  ASSERT_EQ(florin("versions data"), 0) << err;
  EXPECT_EQ(out.find("kaspr"), std::string::npos) << out;  // nobody asked for it
  ASSERT_EQ(florin("plan data config/tenants/kaspr.yaml"), 0) << err;
  EXPECT_NE(out.find("kaspr: new to this journal"), std::string::npos) << out;
  ASSERT_EQ(florin("apply data config/tenants/kaspr.yaml" + config), 0) << err;
  EXPECT_NE(out.find("version 1 is in force"), std::string::npos) << out;
  expect("apply data config/tenants/kaspr.yaml" + config, 4, "no_change");
  // What another tenant's file says otherwise is not told to who asks about this one.
  write("config/tenants/kaspr.yaml", with(text_of(folder / "config/tenants/kaspr.yaml"), "rank: 10", "rank: 11"));
  ASSERT_EQ(florin("months data callloop" + config), 0) << err;
  EXPECT_EQ(err, "");
  ASSERT_EQ(florin("months data kaspr" + config), 0) << err;
  EXPECT_NE(err.find("'kaspr' runs on version 1"), std::string::npos) << err;
}

TEST_F(Answers, AnAccountThatIsNotThereGetsNoEntryAndUsesNoKey) {
  const std::string submit = "submit data callloop ann --config config/florin.yaml --as owner --key one ";
  expect(submit + R"('{"cancel": {}}')", 4, "no_such_account: there is no account 'ann'");
  ASSERT_EQ(florin("journal data --tenant callloop"), 0) << err;
  EXPECT_EQ(out.find("ann"), std::string::npos) << out;
  EXPECT_EQ(florin(submit + R"('{"open_account": {"billing_country": "US"}}')"), 0) << err;
}

TEST_F(Answers, AccountsAreFoundByWhatIsKnownOfThem) {
  const std::string config = " --config config/florin.yaml", as = config + " --as owner";
  for (const std::string id : {"ann", "bob"})
    ASSERT_EQ(florin("submit data callloop " + id + as + " --key " + id +
                     R"( '{"open_account": {"billing_country": "US", "personal_data": {"email": ")" + id +
                     R"(@example.com"}}}')"),
              0)
        << err;
  ASSERT_EQ(florin("accounts data callloop" + config), 0) << err;
  EXPECT_EQ(out, "ann\nbob\n");
  ASSERT_EQ(florin("accounts data callloop --search BOB@" + config), 0) << err;
  EXPECT_EQ(out, "bob  by its email\n");
  ASSERT_EQ(florin("documents data callloop ann" + config), 0) << err;
  EXPECT_EQ(out, "{\"data\":[],\"next\":null}\n");
  ASSERT_EQ(florin("cases data callloop" + config), 0) << err;
  EXPECT_EQ(out, "[]\n");
  ASSERT_EQ(florin("methods data callloop ann" + as), 0) << err;
  EXPECT_NE(out.find("card  offered"), std::string::npos) << out;
  expect("documents data callloop nobody" + config, 4, "no_such_account");
}

TEST_F(Answers, OutputThatIsLostIsNoSuccess) {
  for (const std::string words : {"check config", "version", "schema", "plugins plugins"}) {
    const std::string line =
        "cd '" + folder.string() + "' && " FLORIN_PROGRAM " " + words + " >/dev/full 2>.err </dev/null";
    EXPECT_EQ(WEXITSTATUS(std::system(line.c_str())), 3) << words;
    EXPECT_NE(text_of(folder / ".err").find("the output could not be written"), std::string::npos) << words;
  }
}

TEST_F(Answers, OperatingOnWhatIsNotThere) {
  const std::string config = " --config config/florin.yaml --as staff";
  write("empty.yaml", "");
  ASSERT_EQ(florin(R"(submit data callloop ann --key o '{"start_trial": {}}')" + config), 4);
  expect("plan data empty.yaml", 1, "empty.yaml: nothing is written here");
  ASSERT_EQ(florin("plan nowhere config/tenants/kaspr.yaml"), 0) << err;
  EXPECT_NE(out.find("kaspr: new to this journal"), std::string::npos) << out;
  expect("apply data" + config, 2, "apply takes files, or --tenant with --version");
  expect("apply data empty.yaml" + config, 1, "empty.yaml: nothing is written here");
  expect("apply data --tenant kaspr --version 7" + config, 4, "no version 7");
  expect("apply data config/tenants/kaspr.yaml" + config, 4, "no_change");
  expect("import data callloop nowhere.yaml" + config, 1, "nowhere.yaml");
  expect("import data callloop empty.yaml" + config, 1, "nothing was imported");
  expect("close data callloop 2026-13" + config, 2, "MONTH: '2026-13' is no month such as 2026-03");
  expect("reconcile data callloop --processor sandbox --day yesterday" + config, 2,
         "--day: 'yesterday' is no date such as 2026-03-10");
  expect("upcoming data callloop --day 2026-02-30 --config config/florin.yaml", 2, "--day");
  expect("months data nobody --config config/florin.yaml", 4, "there is no tenant 'nobody'");
  expect("versions data nobody", 4, "nobody");
  // A file is unfit in one way, whichever command names it.
  const std::string bank = " --tenant exotel --processor bank --config config/florin.yaml";
  expect("statement data nowhere.xml" + bank, 1, "florin: nowhere.xml: there is no such file");
  expect("statement data config" + bank, 1, "florin: config: this is no file that can be read");
  expect("statement data empty.yaml" + bank, 1, "empty.yaml");
  expect("webhook data nowhere --tenant callloop --processor sandbox --config config/florin.yaml", 1,
         "florin: nowhere: there is no such file");
  expect("webhook data empty.yaml --tenant callloop --processor sandbox --config config/florin.yaml", 1,
         "empty.yaml:1: there is no empty line");
  write("config/bad.yaml", "plugins: {folder: ../plugins}\ntenants: tenants\ndata: ../data\nnoise: 1\n");
  expect("months data callloop --config config/bad.yaml", 3,
         "florin: config/bad.yaml:4:1: noise: 'noise' is not known");
  EXPECT_EQ(err.find("bad.yaml"), err.rfind("bad.yaml")) << err;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

TEST_F(Answers, WhatNoProcessorChargesIsFoundBeforeAHostStarts) {
  ::setenv("FLORIN_TEST_KEY", "sk_test", 1);
  const std::string kampala = text_of(FLORIN_TENANTS "/kampala.yaml");
  write("config/tenants/kampala.yaml", kampala);
  const std::string check = "check config/tenants/kampala.yaml --config config/florin.yaml";
  expect(check, 1,
         "payments.methods.card: 'stripe' takes no 4900 UGX by 'card': Stripe counts this currency in another unit");
  // The sandbox takes everything, and is not what takes the money in the end.
  write("config/florin.yaml", "plugins: {folder: ../plugins}\ntenants: tenants\ndata: ../data\npayments: sandbox\n");
  expect(check, 1, "'stripe' takes no 4900 UGX");
  write("config/tenants/kampala.yaml", with(kampala, "    wire:\n", "    transfer:\n"));
  expect(check, 1, "'bank' charges nothing by 'transfer': it takes wire, cheque");
  // Errors of a file, of its rules and of its plugins come together.
  write("config/tenants/kampala.yaml",
        with(with(kampala, "holds: {longest: 24 hours", "holds: {longst: 24 hours"), "[visa, ", "[viza, "));
  expect(check, 1, "'longst' is not known here");
  EXPECT_NE(err.find("did you mean 'visa'?"), std::string::npos) << err;
}

TEST_F(Answers, ErrorsOfShapeRulesAndPluginsComeTogether) {
  const std::string callloop = text_of(folder / "config/tenants/callloop.yaml");
  const std::string bad = with(with(with(with(callloop, "holds: {longest: 24", "holds: {longst: 24"),
                                         "monthly: {price: 15.00 USD", "monthly: {price: 15.00 EUR"),
                                    "plugin: card", "plugin: crad"),
                               "tax: {plugin: none}", "tax: {plugin: gst_indai}");
  write("config/tenants/callloop.yaml",
        bad + "credit_policy:\n  spend_order: [trail, rollover, plan, [purchase, recharge]]\n");
  expect("check config/tenants/callloop.yaml --config config/florin.yaml", 1, "'longst' is not known here");
  for (const char* says : {"'longest' is missing", "prices here are in USD", "there is no plugin 'crad'",
                           "there is no plugin 'gst_indai'", "'trail' is no source of credits; did you mean 'trial'?",
                           "'correction' has an entry in grants and no place in spend_order"})
    EXPECT_NE(err.find(says), std::string::npos) << says << " is not in\n" << err;
  // A block that is not there is one error, not one more of a plugin without a name.
  write("config/tenants/callloop.yaml", with(bad, "tax: {plugin: gst_indai}", ""));
  expect("check config/tenants/callloop.yaml --config config/florin.yaml", 1, "'tax' is missing");
  EXPECT_EQ(err.find("there is no plugin ''"), std::string::npos) << err;
}

// What is sold and what its credit policy would not give is found before anybody pays for it.
TEST_F(Answers, ThePolicyGivesWhatIsSold) {
  const std::string callloop = text_of(folder / "config/tenants/callloop.yaml");
  write("config/tenants/callloop.yaml", callloop + R"(credit_policy:
  spend_order: [trial, rollover, plan, recharge, correction]
  grants:
    trial: {ends: end_of_trial}
    plan: {ends: end_of_cycle}
    rollover: {from: [plan], at: [renewal], ends: 30 days, again: false}
    recharge: {ends: 12 months}
    correction: {ends: 12 months}
)");
  expect("check config/tenants/callloop.yaml --config config/florin.yaml", 1,
         "credits are sold and the credit policy refuses them: This tenant gives no purchase credits.");
}

TEST_F(Answers, AStyleIsFoundOnTheSearchPathOrListed) {
  fs::create_directories(folder / "mine");
  fs::copy(folder / "config/tenants/callloop.yaml", folder / "mine/callloop.yaml");
  const std::string check = "check mine/callloop.yaml --config config/florin.yaml";
  expect(check, 1, "there is no style 'rollover'");
  EXPECT_NE(err.find("FLORIN_POLICIES"), std::string::npos) << err;
  write("mine/callloop.yaml", text_of(folder / "mine/callloop.yaml") + "nonsense: 1\n");
  expect(check, 1, "'nonsense' is not known here");  // not hidden by the style that is missing
  fs::remove(folder / "mine/callloop.yaml");
  fs::copy(folder / "config/tenants/callloop.yaml", folder / "mine/callloop.yaml");
  ::setenv("FLORIN_POLICIES", ((folder / "nowhere").string() + ":" + (folder / "config/policies").string()).c_str(), 1);
  EXPECT_EQ(florin(check), 0) << err;
  ::unsetenv("FLORIN_POLICIES");
}

TEST_F(Answers, WhatPluginsRefuseIsFoundBeforeAHostStarts) {
  const struct {
    const char *file, *from, *to, *place, *says;
  } slips[] = {
      {"policies/rollover.yaml", "purchase: {ends: 12 months}", "purchase: {ends: soon}",
       "policies/rollover.yaml:16:22: credit_policy.grants.purchase.ends: ", "'soon' is no end"},
      {"policies/rollover.yaml", "[purchase, recharge], correction]", "[purchase, recharge]]",
       "policies/rollover.yaml:11:3: credit_policy.spend_order: ", "no place in spend_order"},
      {"policies/rollover.yaml", "recharge], correction]", "recharge], correction, plan]",
       "credit_policy.spend_order[5]: ", "'plan' is in spend_order twice"},
      {"policies/rollover.yaml", "    correction: {ends", "    gift: {ends",
       "credit_policy.grants.gift: ", "'gift' is not known here: write plan, rollover, "},
      {"tenants/callloop.yaml", "plugin: card", "plugin: crad", "tenants/callloop.yaml:10",
       "there is no plugin 'crad'"},
      {"tenants/callloop.yaml", "[visa, ", "[viza, ", "payments.methods.card.brands[0]: ", "; did you mean 'visa'?"},
      {"tenants/callloop.yaml", "{plugin: sandbox}", "{plugin: sandbox, api_key: sk_live_1}",
       "payments.processors.sandbox.api_key: ", "'api_key' is not known here"},
      {"tenants/exotel.yaml", "prices: without_tax, rate: 18 percent, seller_state: KA", "seller_state: Karnataka",
       ": tax.seller_state: ", "seller_state is a state's code, as KA for Karnataka\n"},
  };
  for (const auto& slip : slips) {
    const std::string name = std::string("config/") + slip.file;
    const std::string sound = text_of(folder / name);
    write(name, with(sound, slip.from, slip.to));
    const std::string tenant = std::string(slip.file).starts_with("policies") ? "config/tenants/callloop.yaml"
                                                                              : "config/" + std::string(slip.file);
    expect("check config/florin.yaml", 1, slip.place);
    expect("check " + tenant, 1, slip.says);
    expect("plan data " + tenant, 1, slip.says);
    EXPECT_EQ(err.find("''"), std::string::npos) << err;
    write(name, sound);
  }
  EXPECT_EQ(florin("check config/florin.yaml"), 0) << err;
  EXPECT_EQ(err, "");
  EXPECT_FALSE(there("data")) << "nothing is opened";
}

TEST_F(Answers, WhatWasNotCheckedIsSaid) {
  write("config/florin.yaml", "plugins: {folder: /nope}\ntenants: tenants\ndata: ../data\n");
  expect("check config/florin.yaml", 1,
         "config/florin.yaml:1:19: plugins.folder: /nope: the folder of plugins cannot be read");
  expect("check config/tenants/kaspr.yaml", 0, "what plugins say of it is not checked");
  expect("check config/tenants/kaspr.yaml --config config/florin.yaml", 1, "/nope: the folder of plugins");
  expect("check config/tenants/kaspr.yaml --config nowhere.yaml", 1, "nowhere.yaml: there is no such file");
}

TEST_F(Answers, TwoFilesOfOneTenantStopIt) {
  fs::copy(folder / "config/tenants/callloop.yaml", folder / "config/tenants/second.yaml");
  expect("check config/florin.yaml", 1, "second.yaml:");
  const std::string submit =
      R"( --config config/florin.yaml --as owner --key a '{"open_account": {"billing_country": "US"}}')";
  expect("submit data callloop ann" + submit, 4, "'callloop' is the tenant of config/tenants/callloop.yaml:");
  EXPECT_EQ(florin("submit data kaspr ann" + submit), 0) << err;
  EXPECT_NE(err.find("config/tenants/second.yaml:"), std::string::npos) << "whoever opens the host is told: " << err;
}

TEST_F(Answers, APaymentIsThroughBeforeSubmitEnds) {
  const auto submit = [&](const std::string& key, const std::string& command, const std::string& data = "data") {
    return florin("submit " + data + " callloop ann --config config/florin.yaml --as owner --key " + key + " '" +
                  command + "'");
  };
  ASSERT_EQ(submit("o", R"({"open_account": {"billing_country": "US"}})"), 0) << err;
  expect("show data callloop ann --at 2020-01-01T00:00Z", 4,
         "account 'ann' of tenant 'callloop' was not there at 2020-01-01T00:00Z: it begins at 20");
  // As docs/commands.md has it: a token may stand beside the details.
  ASSERT_EQ(
      submit(
          "m",
          R"({"add_payment_method": {"method": "card", "slot": "primary", "token": "ok", "brand": "visa", "details": {"last4": "4242"}}})"),
      0)
      << err;
  ASSERT_EQ(submit("s", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})"), 0) << err;
  for (int i = 0; i < 5; ++i)
    ASSERT_EQ(submit("b" + std::to_string(i), R"({"buy_credits": {"amount": "500 message"}})"), 0) << err;
  ASSERT_EQ(florin("show data callloop ann"), 0) << err;
  EXPECT_EQ(count(out, R"("state":"captured")"), 5U) << "the newest five of six: " << out;
  EXPECT_NE(out.find(R"("next":"2")"), std::string::npos) << out;
  ASSERT_EQ(florin("show data callloop ann --list orders --after 2"), 0) << err;
  EXPECT_TRUE(out.starts_with(R"({"data":[{"id":1,)") && out.ends_with("\"next\":null}\n")) << out;
  expect("show data callloop ann --list orders --after two", 2, "after takes the next of an earlier page");
  expect("show data callloop ann --after 2", 2, "--list");
  ASSERT_EQ(florin("show data callloop ann --list orders"), 0) << err;
  EXPECT_EQ(count(out, R"("state":"captured")"), 6U) << out;
  EXPECT_EQ(count(out, R"("state":"started")") + count(out, R"("state":"unknown")"), 0U) << out;

  // Of what is not yet, or never, JSON has null.
  ASSERT_EQ(florin("journal data --json"), 0) << err;
  EXPECT_EQ(out.find("32103-"), std::string::npos);
  EXPECT_EQ(out.find("\"1970-"), std::string::npos);
  EXPECT_NE(out.find("\"ask_at\":null"), std::string::npos);

  // A restored journal sends nothing: there is nothing to wait for, and it is said.
  ASSERT_EQ(florin("backup data copy.db"), 0) << err;
  ASSERT_EQ(florin("restore copy.db restored"), 0) << err;
  ASSERT_EQ(submit("late", R"({"buy_credits": {"amount": "500 message"}})", "restored"), 0) << err;
  EXPECT_NE(err.find("payment 1 of order 7 is still in progress"), std::string::npos) << err;

  // A quote that would be refused ends as the command would.
  const std::string quote = "quote data callloop ann --config config/florin.yaml --as owner ";
  EXPECT_EQ(florin(quote + R"('{"buy_credits": {"amount": "1 message"}}')"), 4) << out << err;
  EXPECT_NE(out.find(R"("refused":{"code":)"), std::string::npos) << out;
  EXPECT_EQ(florin(quote + R"('{"buy_credits": {"amount": "500 message"}}')"), 0) << err;
}

/// Each misspelt word and the one that was probably meant.
TEST_F(Answers, NearestWordsOnTheCommandLine) {
  const std::string of_host = " --config config/florin.yaml";
  EXPECT_EQ(
      florin(R"(submit data callloop eve '{"open_account": {"billing_country": "US"}}' --key a --as owner)" + of_host),
      0)
      << err;
  write("request", "POST / HTTP/1.1\nX-Signature: none\n\n{}");
  const std::vector<std::tuple<const char*, int, const char*>> rows = {
      {"subimt data callloop eve '{}'", 2, "submit"},
      {"submit data callloo eve '{\"cancel\": {}}' --key k1 --as owner", 4, "callloop"},
      {"submit data callloop eve '{\"cancle\": {}}' --key k2 --as owner", 2, "cancel"},
      {"submit data callloop eve '{\"change_plan\": {\"plam\": \"pro\"}}' --key k3 --as owner", 2, "plan"},
      {"submit data callloop eve '{\"cancel\": {}}' --key k4 --as ownr", 4, "owner"},
      {"payments data callloo", 4, "callloop"},
      {"statement data request --tenant exotel --processor bnak", 4, "bank"},
      {"reconcile data callloop --processor sandbx --day 2026-04-10", 4, "sandbox"},
      {"webhook data request --tenant callloop --processor sandbx", 4, "sandbox"},
      {"may data callloop eve buy_credts", 4, "buy_credits"},
  };
  for (const auto& [words, code, meant] : rows) {
    EXPECT_EQ(florin(words + of_host), code) << words << "\n" << out << err;
    const std::string said = out + err;
    EXPECT_NE(said.find("id you mean '" + std::string(meant) + "'?"), std::string::npos) << words << " says\n" << said;
  }
}

/// The same in a tenant's file, all at once.
TEST_F(Answers, NearestWordsInAFile) {
  const std::vector<std::tuple<const char*, const char*, const char*>> rows = {
      {"America/Denver", "America/Dever", "America/Denver"},
      {"sms: {takes: 1 message", "sms: {takes: 1 mesage", "message"},
      {"{outcome: delivered}", "{outcom: delivered}", "outcome"},
      {"{lasts: 14 days", "{lastss: 14 days", "lasts"},
      {"starts_when_trial_ends}", "starts_when_trial_end}", "starts_when_trial_ends"},
      {"annual: {price: 250.00 USD", "anual: {price: 250.00 USD", "annual"},
      {"take_one_of: users", "take_one_of: user", "users"},
      {"used_more_than_held: absorb", "used_more_than_held: absorp", "absorb"},
      {"waits_for: [renewal", "waits_for: [renewl", "renewal"},
      {"covers: [subscription", "covers: [subscripton", "subscription"},
      {"through: [sandbox]", "through: [sandbx]", "sandbox"},
      {"slots: [primary", "slots: [primry", "primary"},
      {"    purchase: [chosen]", "    purchas: [chosen]", "purchase"},
      {"{when: past_due, tell: [owner, admin]", "{when: past_du, tell: [ownr, admin]", "past_due"},
  };
  std::string tenant = text_of(folder / "config/tenants/callloop.yaml");
  for (const auto& [right, wrong, meant] : rows) tenant = with(std::move(tenant), right, wrong);
  write("config/tenants/callloop.yaml", tenant);
  EXPECT_EQ(florin("check config/tenants/callloop.yaml --config config/florin.yaml"), 1);
  for (const auto& [right, wrong, meant] : rows)
    EXPECT_NE(err.find("did you mean '" + std::string(meant) + "'?"), std::string::npos) << wrong << " says\n" << err;
  EXPECT_NE(err.find("did you mean 'owner'?"), std::string::npos) << err;
}

TEST_F(Answers, AMissingNameIsShownWithOneOfItsKind) {
  expect(
      R"(submit data callloop ann --config config/florin.yaml --as owner --key a '{"add_payment_method": {"slot": "primary"}}')",
      2, "'method' is missing: write it as 'card'");
}

}  // namespace
