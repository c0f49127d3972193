#include <gtest/gtest.h>

#include <string>

#include "florin/signing.hpp"
#include "folder.hpp"
#include "plugins/signature.hpp"

// What does not ship with Florin runs in the host only if it is pinned and signed by who is trusted; and a signature
// that is not of the file beside it keeps it out of everything.
namespace florin {
namespace {

namespace fs = std::filesystem;
using test::Folder;

class Signed : public testing::Test {
 protected:
  void SetUp() override {
    folder.with("good");
    const PluginLibrary library = folder.open();
    const PluginFile& file = library.files().front();
    of = {file.id, file.manifest.version, file.sha256};
    pinned();
  }
  void sign(const SigningKeys& by) const { sign(by, of); }
  void sign(const SigningKeys& by, const signature::Of& what) const { write(*signature::made(what, by.private_key)); }
  void write(const std::string& text) const {
    std::ofstream(folder.plugin("good").string() + ".sig", std::ios::binary) << text;
  }
  void pinned() { places.pins = {{"good", of.sha256}}; }
  /// What the plugin is told as a block of a tenant asks for it: empty, it is made.
  std::string made(const std::string& isolation = "host") const {
    PluginPlaces where = places;
    where.folders = {folder.path / "plugins"};
    where.copies = folder.path / "copies";
    const auto library = PluginLibrary::open(std::move(where));
    if (!library) return library.error().code;
    const auto made = library->credit_policy("good", {.tenant = "acme", .config_json = "{}", .isolation = isolation});
    return made ? std::string() : made.error().at(0).code + " " + made.error().at(0).at.path;
  }

  Folder folder;
  PluginPlaces places;
  signature::Of of;
  const SigningKeys ours = *make_signing_keys("plugin"), theirs = *make_signing_keys("plugin");
};

TEST_F(Signed, PinnedAndSignedByWhoIsTrustedItRunsInTheHost) {
  places.trusted = {{"us", ours.public_key}};
  sign(ours);
  EXPECT_EQ(made(), "");
  places.pins.reset();
  EXPECT_EQ(made(), "isolation_needed /isolation") << "signed alone is not enough: an older, signed file is that too";
}

TEST_F(Signed, WithoutASignatureOrByAStrangerItDoesNot) {
  places.trusted = {{"us", ours.public_key}};
  EXPECT_EQ(made(), "unsigned_plugin /isolation");
  sign(theirs);
  EXPECT_EQ(made(), "untrusted_key /isolation");
  places.trusted.clear();
  sign(ours);
  EXPECT_EQ(made(), "untrusted_key /isolation") << "nobody is trusted";
  places.isolation = Isolation::host;
  const std::string apart = made("");
  EXPECT_TRUE(apart.empty() || apart == "cannot_isolate ") << apart << ": said of all, it is isolated all the same";
}

TEST_F(Signed, AChangedFileIsRefusedWhereverItRuns) {
  places.trusted = {{"us", ours.public_key}};
  sign(ours);
  std::ofstream(folder.plugin("good"), std::ios::app | std::ios::binary) << '\0';
  EXPECT_EQ(made(), "pin_mismatch ");
  EXPECT_EQ(made("process"), "pin_mismatch ");
  places.pins.reset();
  EXPECT_EQ(made("process"), "bad_signature ") << "without a lock file its signature still says so";
}

TEST_F(Signed, ASignatureIsOfOneVersionOfOnePlugin) {
  places.trusted = {{"us", ours.public_key}};
  for (const signature::Of& other : {signature::Of{"better", of.version, of.sha256},
                                     {of.id, "9.9.9", of.sha256},
                                     {of.id, of.version, std::string(64, '0')}}) {
    sign(ours, other);
    EXPECT_EQ(made(), "bad_signature ") << other.id << " " << other.version;
  }
  // The key of one, the signature of another.
  const std::string a = *signature::made(of, ours.private_key), b = *signature::made(of, theirs.private_key);
  write(a.substr(0, a.find('\n')) + b.substr(b.find('\n')));
  EXPECT_EQ(made(), "bad_signature ");
  for (const char* none : {"", "key: \nsignature: \n", "florin_plugin_public_", "\n\n\n"}) {
    write(none);
    EXPECT_EQ(made(), "bad_signature ") << none;
  }
}

TEST_F(Signed, AKeyIsForOneUse) {
  const SigningKeys anchors = *make_signing_keys("anchor");
  EXPECT_EQ(signature::made(of, anchors.private_key).error().code, "bad_key");
  EXPECT_EQ(signature::made(of, ours.public_key).error().code, "bad_key");
  EXPECT_FALSE(check_public_key("plugin", anchors.public_key));
  EXPECT_TRUE(check_public_key("plugin", ours.public_key + "\n")) << "as it stands in its file";
}

TEST_F(Signed, ALinkInPlaceOfASignatureIsNone) {
  fs::create_symlink("/dev/null", folder.plugin("good").string() + ".sig");
  EXPECT_EQ(made(), "bad_signature ");
}

}  // namespace
}  // namespace florin
