#include "brink/base/file_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace brink {
namespace {

std::filesystem::path scratch() {
  return std::filesystem::temp_directory_path() /
         ("brink_lock_" + std::to_string(getpid()) + ".csv");
}

TEST(FileLock, OneHolderAtATime) {
  const auto path = scratch();
  {
    const auto first = FileLock::take(path);
    ASSERT_TRUE(first);
    const auto second = FileLock::take(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, Error::Kind::bad_request);
    EXPECT_NE(second.error().message.find(path.string()), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".lock"));
  EXPECT_TRUE(FileLock::take(path));
}

TEST(FileLock, NowhereToLockIsNoError) {
  EXPECT_TRUE(FileLock::take("/no/such/folder/out.csv"));
}

TEST(FileLock, MovedLockIsReleasedOnce) {
  const auto path = scratch();
  auto first = FileLock::take(path);
  ASSERT_TRUE(first);
  {
    const FileLock moved = std::move(*first);
    EXPECT_FALSE(FileLock::take(path));
  }
  EXPECT_TRUE(FileLock::take(path));
}

}  // namespace
}  // namespace brink
