// Where data sets are looked for, in which order, and what is said when there is none.
#include <cstdlib>
#include <map>

#include "brink/data/dataset.h"
#include "idx_files.h"

namespace brink {
namespace {

namespace fs = std::filesystem;

/// Runs in a scratch folder; the environment is put back at the end.
class Folders : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root.path() / "work");
    fs::current_path(root.path() / "work");
    set("BRINK_DATA", "");
    set("XDG_CACHE_HOME", "");
    set("HOME", home.c_str());
  }
  void TearDown() override {
    fs::current_path(old_folder);
    for (const auto& [name, value] : old_values) ::setenv(name.c_str(), value.c_str(), 1);
  }
  void set(const std::string& name, const char* value) {
    const char* old = std::getenv(name.c_str());
    old_values.try_emplace(name, old == nullptr ? "" : old);
    ::setenv(name.c_str(), value, 1);
  }
  /// A set of one test image, whose label tells it from others.
  static void put_set(const fs::path& folder, char label) {
    testing::write_gzip(folder / "t10k-images-idx3-ubyte.gz",
                        testing::idx_bytes({2051, 1, 2, 2}, 4));
    testing::write_gzip(folder / "t10k-labels-idx1-ubyte.gz",
                        testing::idx_bytes({2049, 1}, 0) + label);
  }
  static int label_of(const std::string& name, const fs::path& data_dir = {}) {
    const auto found = load_dataset(name, Split::test, data_dir);
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->label(0) : -1;
  }

  testing::TemporaryFolder root;
  fs::path home = root.path() / "home";
  fs::path old_folder = fs::current_path();
  std::map<std::string, std::string> old_values;
};

TEST_F(Folders, Order) {
  put_set("mnist", 1);  // a folder of that name comes last
  EXPECT_EQ(label_of("mnist"), 1);
  put_set(home / ".cache" / "brink" / "mnist", 2);
  EXPECT_EQ(label_of("mnist"), 2);
  set("XDG_CACHE_HOME", (root.path() / "cache").c_str());
  put_set(root.path() / "cache" / "brink" / "mnist", 3);
  EXPECT_EQ(label_of("mnist"), 3);
  put_set("../shared/data/mnist", 4);
  EXPECT_EQ(label_of("mnist"), 4);
  set("BRINK_DATA", (root.path() / "mine").c_str());
  put_set(root.path() / "mine" / "mnist", 5);
  EXPECT_EQ(label_of("mnist"), 5);
  put_set(root.path() / "given" / "mnist", 6);
  EXPECT_EQ(label_of("mnist", root.path() / "given"), 6);
}

TEST_F(Folders, PathsAndSpellings) {
  put_set(root.path() / "digits", 7);
  EXPECT_EQ(label_of((root.path() / "digits").string()), 7);
  EXPECT_EQ(label_of("../digits"), 7);
  testing::write_raw("train-images.idx3-ubyte", testing::two_images());
  testing::write_raw("train-labels.idx1-ubyte", testing::two_labels());
  const auto set = load_dataset(".", Split::train);
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->count(), 2);
}

TEST_F(Folders, MissingListsThePlaces) {
  set("BRINK_DATA", "/nowhere");
  const auto missing = load_dataset("mnist", Split::train, "/given");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Error::Kind::bad_request);
  testing::expect_line(
      missing.error().message,
      {"/given/mnist", "/nowhere/mnist", "../shared/data/mnist",
       (home / ".cache" / "brink" / "mnist").string(), "train-images", "brink data fetch mnist"});
  const auto unknown = load_dataset("minst", Split::test);
  ASSERT_FALSE(unknown);
  testing::expect_line(unknown.error().message, {"minst", "strokes", "brink data fetch NAME"});
  const auto path = load_dataset("/no/such/folder", Split::test);
  ASSERT_FALSE(path);
  testing::expect_line(path.error().message, {"'/no/such/folder'", "t10k-images"});
  EXPECT_FALSE(load_dataset("", Split::test));
}

TEST_F(Folders, HalfASetIsNamed) {
  put_set("digits", 1);
  fs::remove("digits/t10k-labels-idx1-ubyte.gz");
  const auto set = load_dataset("digits", Split::test);
  ASSERT_FALSE(set);
  testing::expect_line(set.error().message,
                       {"digits", "t10k-images-idx3-ubyte.gz", "not t10k-labels-idx1-ubyte"});
}

/// The data folder: $BRINK_TEST_DATA, else the one beside the checkout.
fs::path test_data() {
  const char* given = std::getenv("BRINK_TEST_DATA");
  return given != nullptr ? fs::path(given)
                          : fs::path(__FILE__).parent_path() / "../../../shared/data";
}

TEST(Published, Mnist) {
  if (!fs::is_directory(test_data() / "mnist")) GTEST_SKIP() << "no data folder";
  const auto train = load_dataset("mnist", Split::train, test_data());
  ASSERT_TRUE(train) << train.error().message;
  EXPECT_EQ(train->count(), 60'000);
  EXPECT_EQ(train->image_size(), 784);
  EXPECT_EQ(train->label(0), 5);
  const auto test = load_dataset("mnist", Split::test, test_data());
  ASSERT_TRUE(test) << test.error().message;
  EXPECT_EQ(test->count(), 10'000);
  EXPECT_EQ(test->label(0), 7);
  EXPECT_GT(test->image(0).sum(), 50);
  EXPECT_LE(test->image(0).maxCoeff(), 1);
}

}  // namespace
}  // namespace brink
