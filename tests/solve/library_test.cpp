// Where libraries are looked for, and what is said of those that are none.
#include "brink/solve/library.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "brink/solve/solver.h"
#include "external_solvers.h"

namespace brink {
namespace {

using testing::ScratchFolder;

/// Set, and put back at the end.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name); before != nullptr) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

std::filesystem::path touch(const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << "no library";
  return file;
}

TEST(FindLibrary, NothingIsNoError) {
  const auto found = find_library("pear", {{"libpear*.so"}, {"pear"}, {"PEAR_HOME/lib"}, {}});
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST(FindLibrary, TheOrderOfPlaces) {
  const ScratchFolder folder;
  const auto& root = folder.path();
  const LibraryPlaces places{
      {"libpear[0-9]*.so"}, {"pear/.libs"}, {"PEAR_HOME/lib"}, {(root / "opt*").string()}};
  touch(root / "opt1/libpear1.so");
  EXPECT_EQ(**find_library("pear", places), root / "opt1/libpear1.so");

  const auto wheel = touch(root / "env/lib/python3.11/site-packages/pear/.libs/libpear9.so");
  const auto newer = touch(root / "env/lib/python3.11/site-packages/pear/.libs/libpear10.so");
  const Variable env("VIRTUAL_ENV", (root / "env").string());
  EXPECT_EQ(**find_library("pear", places), newer);
  std::filesystem::remove(newer);
  EXPECT_EQ(**find_library("pear", places), wheel);

  const auto home = touch(root / "home/lib/libpear2.so");
  const Variable homes("PEAR_HOME", (root / "home").string());
  EXPECT_EQ(**find_library("pear", places), home);

  const auto said = touch(root / "said/libpear3.so");
  const Variable library("BRINK_PEAR_LIBRARY", said.string());
  EXPECT_EQ(**find_library("pear", places), said);

  use_library("pear", root / "opt1");
  EXPECT_EQ(**find_library("pear", places), root / "opt1/libpear1.so");
  use_library("pear", {});
  EXPECT_EQ(**find_library("pear", places), said);
}

TEST(FindLibrary, WhatWasSaidAndIsNotThere) {
  const ScratchFolder folder;
  const LibraryPlaces places{{"libpear*.so"}, {}, {}, {}};
  const Variable library("BRINK_PEAR_LIBRARY", (folder.path() / "nowhere").string());
  const auto found = find_library("pear", places);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, Error::Kind::bad_request);
  EXPECT_NE(found.error().message.find("BRINK_PEAR_LIBRARY"), std::string::npos);
  use_library("pear", folder.path());
  const auto empty = find_library("pear", places);
  use_library("pear", {});
  ASSERT_FALSE(empty);
  EXPECT_NE(empty.error().message.find("--solver-library"), std::string::npos);
}

TEST(Solvers, ALibraryThatIsNoneIsARequestToMend) {
  const ScratchFolder folder;
  for (const std::string& name : solver_names()) {
    if (name == "cbc") continue;
    use_library(name, touch(folder.path() / ("lib" + name + ".so")));
    const auto solver = make_solver(name);
    ASSERT_FALSE(solver) << name;
    EXPECT_EQ(solver.error().kind, Error::Kind::bad_request) << name;
    use_library(name, "/lib/x86_64-linux-gnu/libm.so.6");  // a library, of something else
    const auto other = make_solver(name);
    ASSERT_FALSE(other) << name;
    EXPECT_NE(other.error().message.find("has no function"), std::string::npos)
        << other.error().message;
    use_library(name, {});
  }
}

TEST(OpenLibrary, FunctionsAreCalled) {
  const Library library("/lib/x86_64-linux-gnu/libm.so.6");
  const Call<double(double)> root{library, "sqrt"};
  EXPECT_EQ(root(9), 3);
  EXPECT_TRUE(library.has("cbrt"));
  EXPECT_FALSE(library.has("no_such_function"));
  EXPECT_THROW(library.symbol("no_such_function"), std::runtime_error);
  EXPECT_THROW(Library("/nowhere/libnone.so"), std::runtime_error);
}

}  // namespace
}  // namespace brink
