// A solve in a program of its own, and the bytes that ask for it.
#include "brink/solve/helper.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

SolveRequest knapsack() {
  SolveRequest request;
  Program& program = request.program;
  program.offset = 3;
  LinearExpression load;
  for (const double worth : {4.0, 5.0, 6.0}) {
    load.terms.push_back({program.add_binary(fmt::format("v{}", worth), -worth), worth - 1});
  }
  program.add_row("room", load, -kInfinity, 8);
  request.cutoff = 1e6;
  request.limit = 10;
  return request;
}

struct ByHelper {
  explicit ByHelper(const char* path) { solve_by(path); }
  ~ByHelper() { solve_by({}); }
};

TEST(Helper, BytesBringTheProgramBack) {
  const SolveRequest request = knapsack();
  const auto again = request_from_bytes(to_bytes(request));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_text(again->program), to_text(request.program));
  EXPECT_EQ(again->cutoff, request.cutoff);
  EXPECT_EQ(again->limit, request.limit);
  EXPECT_TRUE(again->heuristics);
}

TEST(Helper, BytesBringEverythingBack) {
  SolveRequest request = knapsack();
  Program& program = request.program;
  program.columns[1].square = 2;
  program.add_indicator(0, false, "off", {0, {{1, 2.0}}}, 0, 1);
  program.sos2.push_back({"set", {2, 0}});
  request.start = {{2, 1}};
  request.threads = 3;
  request.solver = "scip";
  request.library = "/somewhere/libscip.so";
  const auto again = request_from_bytes(to_bytes(request));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_bytes(*again), to_bytes(request));
  EXPECT_EQ(to_text(again->program), to_text(program));
  EXPECT_EQ(again->program.columns[1].square, 2);
  EXPECT_EQ(again->program.sos2.front().columns, (std::vector<int>{2, 0}));
  EXPECT_EQ(again->start.front().column, 2);
  EXPECT_EQ(again->threads, 3);
  EXPECT_EQ(again->solver, "scip");
  EXPECT_EQ(again->library, request.library);
}

TEST(Helper, RefusesEveryTruncation) {
  const std::string bytes = to_bytes(knapsack());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(request_from_bytes(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(request_from_bytes(bytes + "x"));
}

TEST(Helper, SolvesAsAForkDoes) {
  const auto solver = make_solver("cbc");
  ASSERT_TRUE(solver);
  const Program program = knapsack().program;
  const auto forked = (*solver)->solve(program, {});
  ASSERT_TRUE(forked);
  const ByHelper by(BRINK_SOLVE);
  const auto started = (*solver)->solve(program, {});
  ASSERT_TRUE(started);
  EXPECT_EQ(started->status, SolveStatus::optimal);
  EXPECT_EQ(started->status, forked->status);
  EXPECT_EQ(started->values, forked->values);
  EXPECT_DOUBLE_EQ(started->objective, -7);  // 3 - (4 + 6)
}

TEST(Helper, SaysThatItIsNotThere) {
  const ByHelper by("/nowhere/brink-solve");
  const auto solver = make_solver("cbc");
  ASSERT_TRUE(solver);
  const auto solution = (*solver)->solve(knapsack().program, {});
  ASSERT_FALSE(solution);
  EXPECT_EQ(solution.error().kind, Error::Kind::failure);
  EXPECT_NE(solution.error().message.find("No such file"), std::string::npos);
}

TEST(Helper, OneThatIsNoSolverIsAFailureNotAnAnswer) {
  const ByHelper by("/bin/true");
  const auto solver = make_solver("cbc");
  ASSERT_TRUE(solver);
  const auto solution = (*solver)->solve(knapsack().program, {});
  ASSERT_TRUE(solution);
  EXPECT_EQ(solution->status, SolveStatus::failed);
}

}  // namespace
}  // namespace brink
