// The crew over messages in memory: each rank is a thread.
#include "brink/cluster/cluster_crew.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <thread>

namespace brink {
namespace {

class Wires {
 public:
  explicit Wires(int size) : boxes_(static_cast<std::size_t>(size)) {}
  int size() const { return static_cast<int>(boxes_.size()); }
  void put(int to, Message message) {
    const std::lock_guard lock(mutex_);
    boxes_[static_cast<std::size_t>(to)].push_back(std::move(message));
  }
  std::optional<Message> take(int rank) {
    const std::lock_guard lock(mutex_);
    auto& box = boxes_[static_cast<std::size_t>(rank)];
    if (box.empty()) return std::nullopt;
    Message first = std::move(box.front());
    box.pop_front();
    return first;
  }

 private:
  std::mutex mutex_;
  std::vector<std::deque<Message>> boxes_;
};

class MemoryLink final : public Link {
 public:
  MemoryLink(Wires& wires, int rank) : wires_(wires), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return wires_.size(); }
  void send(int to, int tag, std::string bytes) override {
    if (cut_) return;
    wires_.put(to, {rank_, tag, std::move(bytes)});
  }
  std::optional<Message> receive() override { return wires_.take(rank_); }
  bool sent() override { return true; }
  /// Nothing is heard of this rank any more.
  void cut() { cut_ = true; }

 private:
  Wires& wires_;
  int rank_;
  std::atomic<bool> cut_ = false;
};

/// What each rank does, all at once.
struct Rank {
  MemoryLink link;
  std::atomic<bool> interrupt = false;
  std::vector<std::string> notes;
  std::unique_ptr<ClusterCrew> crew;
  bool left = false;
  Rank(Wires& wires, int rank, double silence) : link(wires, rank) {
    ClusterCrew::Options options;
    options.silence = silence;
    options.on_note = [this](const std::string& note) { notes.push_back(note); };
    crew = std::make_unique<ClusterCrew>(link, interrupt, options);
  }
};

class Cluster : public ::testing::Test {
 protected:
  /// `job` returns why it stopped, or "".
  void all(int size, const std::function<std::string(Rank&)>& job, double silence = 20) {
    Wires wires(size);
    for (int r = 0; r < size; ++r) ranks_.push_back(std::make_unique<Rank>(wires, r, silence));
    std::vector<std::jthread> threads;
    for (auto& rank : ranks_) {
      threads.emplace_back([&job, &rank] { rank->left = rank->crew->leave(job(*rank)); });
    }
  }
  std::vector<std::unique_ptr<Rank>> ranks_;
};

std::optional<std::string> square(int i) {
  return std::to_string(i * i);
}

TEST_F(Cluster, EveryPieceIsDoneOnceAndKeptByTheLeader) {
  std::map<int, std::string> kept;
  std::atomic<int> done = 0;
  all(4, [&](Rank& rank) {
    for (int round = 0; round < 3; ++round) {  // one run after another
      const auto told = rank.crew->share(rank.crew->leads() ? "go" + std::to_string(round) : "");
      EXPECT_EQ(told.value_or("?"), "go" + std::to_string(round));
      const auto work = [&](int i) {
        ++done;
        return square(i);
      };
      const auto ok = rank.crew->run(rank.crew->leads() ? 50 : 0, 2, work,
                                     [&](int i, std::string result) -> Expected<void> {
                                       EXPECT_TRUE(rank.crew->leads());
                                       kept[100 * round + i] = std::move(result);
                                       return {};
                                     });
      EXPECT_TRUE(ok);
    }
    return "";
  });
  EXPECT_EQ(kept.size(), 150u);
  EXPECT_EQ(kept[207], "49");
  EXPECT_EQ(done, 150);
  for (const auto& rank : ranks_) EXPECT_TRUE(rank->left);
}

TEST_F(Cluster, AnErrorOfKeepEndsTheRunEverywhere) {
  all(3, [](Rank& rank) {
    const auto work = [&rank](int i) -> std::optional<std::string> {
      while (i > 5 && !rank.interrupt) std::this_thread::yield();  // a long one
      return rank.interrupt ? std::nullopt : square(i);
    };
    const auto ok = rank.crew->run(100, 1, work, [](int i, const std::string&) -> Expected<void> {
      return i == 5 ? failure("disk full") : Expected<void>();
    });
    EXPECT_EQ(ok ? "" : ok.error().message, "disk full");
    return ok ? "" : ok.error().message;
  });
}

TEST_F(Cluster, ARankThatIsInterruptedEndsTheRunEverywhere) {
  all(3, [](Rank& rank) {
    const auto work = [&rank](int i) -> std::optional<std::string> {
      if (i == 2) rank.interrupt = true;
      while (i > 5 && !rank.interrupt) std::this_thread::yield();
      return rank.interrupt ? std::nullopt : square(i);
    };
    const auto ok =
        rank.crew->run(100, 1, work, [](int, const std::string&) -> Expected<void> { return {}; });
    EXPECT_TRUE(!ok && ok.error().kind == Error::Kind::interrupted);
    return "";
  });
  for (const auto& rank : ranks_) EXPECT_TRUE(rank->left);
}

TEST_F(Cluster, ARankThatLeavesEarlyIsNamedAndNotWaitedFor) {
  int kept = 0;
  all(3, [&](Rank& rank) -> std::string {
    if (rank.link.rank() == 2) return "no such file";
    const auto ok = rank.crew->run(20, 1, square, [&](int, const std::string&) -> Expected<void> {
      ++kept;
      return {};
    });
    EXPECT_TRUE(ok);
    return "";
  });
  EXPECT_EQ(kept, 20);
  ASSERT_EQ(ranks_[0]->notes.size(), 1u);
  EXPECT_EQ(ranks_[0]->notes[0], "rank 2 has left: no such file");
}

TEST_F(Cluster, ALeaderThatStopsTakesTheOthersAlong) {
  all(3, [](Rank& rank) -> std::string {
    if (rank.crew->leads()) return "cannot write";
    EXPECT_FALSE(rank.crew->share(""));
    EXPECT_FALSE(rank.crew->share(""));
    EXPECT_FALSE(rank.crew->run(0, 1, square, {}));
    return "rank 0 has left";
  });
  EXPECT_TRUE(ranks_[0]->notes.empty()) << "only what a rank found itself is news";
  for (const auto& rank : ranks_) EXPECT_TRUE(rank->left);
}

TEST_F(Cluster, TheLeadersErrorIsSharedByAll) {
  all(2, [](Rank& rank) -> std::string {
    const auto told = rank.crew->share(bad_request("not a store"));
    EXPECT_FALSE(told);
    if (!told) {
      EXPECT_EQ(told.error().kind, Error::Kind::bad_request);
      EXPECT_EQ(told.error().message, "not a store");
    }
    return told.error().message;
  });
  EXPECT_TRUE(ranks_[0]->notes.empty());
}

TEST_F(Cluster, WhatADeadRankHadIsDoneByOthers) {
  std::map<int, int> kept;
  all(
      3,
      [&](Rank& rank) {
        const auto work = [&](int i) -> std::optional<std::string> {
          if (rank.link.rank() == 1) rank.link.cut();  // dies with its first piece
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
          return square(i);
        };
        const auto ok =
            rank.crew->run(40, 1, work, [&](int i, const std::string&) -> Expected<void> {
              ++kept[i];
              return {};
            });
        EXPECT_TRUE(ok);
        return "";
      },
      1.5);
  EXPECT_EQ(kept.size(), 40u);
  for (const auto& [i, times] : kept) EXPECT_EQ(times, 1) << i;
  ASSERT_EQ(ranks_[0]->notes.size(), 1u);
  EXPECT_NE(ranks_[0]->notes[0].find("rank 1 is silent"), std::string::npos);
  EXPECT_FALSE(ranks_[0]->left);
}

TEST_F(Cluster, WhatAPieceThrowsComesOut) {
  Wires wires(1);
  Rank rank(wires, 0, 20);
  const auto work = [](int) -> std::optional<std::string> { throw std::bad_alloc(); };
  EXPECT_THROW((void)rank.crew->run(3, 2, work, {}), std::bad_alloc);
}

}  // namespace
}  // namespace brink
