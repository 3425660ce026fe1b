#include "brink/data/fetch.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "data/http_server.h"
#include "data/temporary_folder.h"

namespace brink {
namespace {

namespace fs = std::filesystem;
using testing::HttpServer;
using testing::TemporaryFolder;

std::string md5_of(const std::string& text) {
  return md5({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

class Fetch : public ::testing::Test {
 protected:
  Fetch() {
    ::setenv("no_proxy", "127.0.0.1", 1);
    for (std::size_t i = 0; i < 40000; ++i) large_ += static_cast<char>(i * i % 251);
  }

  RemoteSet manifest(const std::string& url) const {
    return {"fake",
            url,
            {{"large.gz", large_.size(), md5_of(large_), sha256(large_)},
             {"small.gz", small_.size(), md5_of(small_), sha256(small_)}}};
  }
  static HttpServer::Reply whole(const std::string& body) { return {body, body.size()}; }

  /// Fetching from a server with these replies must fail, say each of `says`, and leave no file but
  /// `left`.
  void refused(std::map<std::string, HttpServer::Reply> replies, Error::Kind kind,
               const std::vector<std::string>& says, const std::vector<std::string>& left) {
    const HttpServer server(std::move(replies));
    const auto result = fetch(manifest(server.url()), folder_.path() / "fake", {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind) << result.error().message;
    for (const std::string& piece : says) {
      EXPECT_NE(result.error().message.find(piece), std::string::npos) << result.error().message;
    }
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
    }
    EXPECT_EQ(names, left);
  }

  TemporaryFolder folder_;
  std::string large_;
  std::string small_ = "a small file";
};

TEST_F(Fetch, GetsWhatIsMissingAndKeepsWhatIsThere) {
  const fs::path folder = folder_.path() / "deep" / "fake";
  std::vector<std::string> notes;
  FetchOptions options;
  options.note = [&](const std::string& line) { notes.push_back(line); };
  {
    const HttpServer server({{"/large.gz", whole(large_)}, {"/small.gz", whole(small_)}});
    const auto result = fetch(manifest(server.url()), folder, options);
    ASSERT_TRUE(result) << result.error().message;
  }
  EXPECT_EQ(*read_file(folder / "large.gz"), large_);
  EXPECT_EQ(*read_file(folder / "small.gz"), small_);
  ASSERT_TRUE(write_file(folder / "small.gz", "damaged"));
  const HttpServer server({{"/sub/small.gz", whole(small_)}});  // large.gz is not asked for again
  std::string base = server.url() + "sub";                      // a slash is added where it lacks
  const auto result = fetch(manifest(base), folder, options);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(*read_file(folder / "small.gz"), small_);
  ASSERT_EQ(notes.size(), 4U);
  EXPECT_NE(notes[2].find("already there"), std::string::npos);
  EXPECT_NE(notes[3].find("fetched"), std::string::npos);
}

TEST_F(Fetch, FileNotThere) {
  refused({{"/small.gz", whole(small_)}}, Error::Kind::bad_request, {"large.gz", "404"}, {});
  refused({{"/large.gz", whole(large_)}}, Error::Kind::bad_request, {"small.gz", "404"},
          {"large.gz"});
}

TEST_F(Fetch, CutShort) {
  refused({{"/large.gz", {large_.substr(0, 30000), large_.size()}}}, Error::Kind::failure,
          {"large.gz"}, {});
}

TEST_F(Fetch, ShorterOrLongerThanPublished) {
  refused({{"/large.gz", whole(large_.substr(0, 30000))}}, Error::Kind::bad_request,
          {"30000", "40000"}, {});
  refused({{"/large.gz", whole(large_ + "x")}}, Error::Kind::bad_request, {"larger", "40000"}, {});
}

TEST_F(Fetch, WrongSums) {
  std::string changed = large_;
  changed[20000] = static_cast<char>(changed[20000] ^ 1);
  refused({{"/large.gz", whole(changed)}}, Error::Kind::bad_request, {"MD5", md5_of(large_)}, {});
  const HttpServer server({{"/large.gz", whole(large_)}, {"/small.gz", whole(small_)}});
  RemoteSet set = manifest(server.url());
  set.files[0].sha256.back() = set.files[0].sha256.back() == '0' ? '1' : '0';
  const auto result = fetch(set, folder_.path() / "sha", {});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("SHA-256"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_.path() / "sha" / "large.gz"));
}

TEST_F(Fetch, NoServerAndNoAddress) {
  std::string url;
  {
    const HttpServer server({});
    url = server.url();
  }
  const auto silent = fetch(manifest(url), folder_.path(), {});
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().kind, Error::Kind::failure) << silent.error().message;
  for (const char* bad : {"file:///etc/", "no address", "gopher://x/"}) {
    const auto result = fetch(manifest(bad), folder_.path(), {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Error::Kind::bad_request) << result.error().message;
  }
}

TEST_F(Fetch, Interrupted) {
  const HttpServer server({{"/large.gz", whole(large_)}});
  const std::atomic<bool> raised = true;
  FetchOptions options;
  options.interrupt = &raised;
  const auto result = fetch(manifest(server.url()), folder_.path(), options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Error::Kind::interrupted);
}

TEST(RemoteSets, AreNamed) {
  ASSERT_TRUE(find_remote_set("mnist"));
  EXPECT_EQ(find_remote_set("fashion-mnist")->files.size(), 4U);
  const auto unknown = find_remote_set("cifar");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("fashion-mnist"), std::string::npos);
}

}  // namespace
}  // namespace brink
