#include "brink/store/store.h"

#include <gtest/gtest.h>

#include "brink/bounds/bounds.h"
#include "data/temporary_folder.h"
#include "random_network.h"

namespace brink {
namespace {

class StoreTest : public ::testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  Store open(const std::string& name) const {
    auto store = Store::open(path(name));
    EXPECT_TRUE(store.has_value()) << (store ? "" : store.error().message);
    return std::move(*store);
  }
  Network network() const {
    Random random(3);
    return testing::random_network({4, 3, 2}, random);
  }
  static Question question(const std::string& text) {
    return {"closest", text, {{"norm", "linf"}, {"margin", 1.2}}};
  }
  static ClosestRow row(int image, AnswerStatus status, double distance) {
    ClosestRow result;
    result.image = image;
    result.label = 1;
    result.norm = Norm::linf;
    result.answer.status = status;
    result.answer.target = 6;
    result.answer.distance = distance;
    result.answer.bound = distance / 3;  // not a short decimal
    result.answer.nodes = 12'345'678'901;
    result.answer.seconds = 0.1;
    result.answer.verified = true;
    result.answer.proof = "search";
    result.answer.lead = distance / 1000;
    result.answer.lead_bound = distance / 2;
    result.answer.float32 = true;
    result.answer.image = Eigen::VectorXd::Constant(4, distance / 7);
    return result;
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(StoreTest, AnswersComeBackNumberForNumber) {
  Store store = open("a.db");
  const auto id = store.ask(network(), "net", question("q"));
  ASSERT_TRUE(id.has_value());
  const ClosestRow put = row(5, AnswerStatus::optimal, 1.0 / 3);
  ASSERT_TRUE(store.put(*id, put).has_value());
  ClosestRow none = row(6, AnswerStatus::infeasible, 0);
  none.answer.distance.reset();
  none.answer.image.resize(0);
  none.answer.bound = kInfinity;
  ASSERT_TRUE(store.put(*id, none).has_value());

  const auto rows = store.closest(*id);
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 2U);
  const ClosestAnswer& got = rows->at(5).answer;
  EXPECT_EQ(got.distance, put.answer.distance);
  EXPECT_EQ(got.bound, put.answer.bound);
  EXPECT_EQ(got.lead, put.answer.lead);
  EXPECT_EQ(got.lead_bound, put.answer.lead_bound);
  EXPECT_TRUE(got.float32);
  EXPECT_EQ(got.nodes, put.answer.nodes);
  EXPECT_EQ(got.status, AnswerStatus::optimal);
  EXPECT_EQ(got.image, put.answer.image);
  EXPECT_EQ(rows->at(5).norm, Norm::linf);
  EXPECT_FALSE(rows->at(6).answer.distance.has_value());
  EXPECT_EQ(rows->at(6).answer.image.size(), 0);
  EXPECT_EQ(rows->at(6).answer.status, AnswerStatus::infeasible);
}

TEST_F(StoreTest, AQuestionIsTheSameByItsText) {
  Store store = open("a.db");
  const auto first = store.ask(network(), "net", question("q"));
  const auto again = store.ask(network(), "other name", question("q"));
  const auto other = store.ask(network(), "net", question("another"));
  ASSERT_TRUE(first && again && other);
  EXPECT_EQ(*first, *again);
  EXPECT_NE(*first, *other);
  const auto networks = store.networks();
  ASSERT_TRUE(networks.has_value());
  ASSERT_EQ(networks->size(), 1U);
  EXPECT_EQ(networks->front().name, "net");
  EXPECT_EQ(networks->front().shape, "4-3-2");
  const auto back = store.network(networks->front().hash);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(content_hash(*back), content_hash(network()));
}

TEST_F(StoreTest, BoundsUnitsOriginalsAndFacts) {
  Store store = open("a.db");
  const auto id = store.ask(network(), "net", {"bounds", "b", {{"method", "symbolic"}}});
  ASSERT_TRUE(id.has_value());
  ASSERT_TRUE(store.bounds(*id).has_value());
  EXPECT_FALSE(store.bounds(*id)->has_value());
  const Bounds bounds = symbolic_bounds(network(), Box::uniform(4, 0, 1));
  ASSERT_TRUE(store.put(*id, bounds, false).has_value());
  ASSERT_TRUE(store.put(*id, bounds, true).has_value());
  const auto found = store.bounds(*id);
  ASSERT_TRUE(found.has_value() && found->has_value());
  EXPECT_TRUE((*found)->complete);
  EXPECT_EQ((*found)->bounds.at(2, 1).upper, bounds.at(2, 1).upper);

  StoredUnit unit{2, 1, {}};
  unit.answer.status = AnswerStatus::optimal;
  unit.answer.activation = 0.7;
  unit.answer.bound = 0.71;
  unit.answer.proof = "solver";
  unit.answer.image = Eigen::VectorXd::Ones(4);
  ASSERT_TRUE(store.put(*id, unit).has_value());
  const auto units = store.units(*id);
  ASSERT_TRUE(units.has_value());
  EXPECT_EQ(units->at({2, 1}).answer.bound, 0.71);
  EXPECT_EQ(units->at({2, 1}).answer.proof, "solver");

  Dataset set;
  set.rows = set.columns = 2;
  set.pixels = std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8};
  set.labels = {0, 1};
  ASSERT_TRUE(store.put_originals("d", "test", set, {1, 1}).has_value());
  const auto original = store.original("d", "test", 1);
  ASSERT_TRUE(original.has_value() && original->has_value());
  EXPECT_EQ((*original)->pixels, std::string("\5\6\7\10"));
  EXPECT_FALSE(store.original("d", "test", 0)->has_value());

  const std::string hash = content_hash(network());
  ASSERT_TRUE(store.put(Evaluated{hash, "d", "test", 9, 10}).has_value());
  EXPECT_EQ(store.evaluations()->front().right, 9);
  ASSERT_TRUE(store.put(Descent{hash, hash, {{"method", "pgd"}}}).has_value());
  EXPECT_EQ(store.descents()->front().recipe["method"], "pgd");
}

TEST_F(StoreTest, MergingKeepsTheFinalAnswer) {
  {
    Store a = open("a.db");
    const auto qa = a.ask(network(), "net", question("q"));
    ASSERT_TRUE(a.put(*qa, row(1, AnswerStatus::time_limit, 0.5)).has_value());
    ASSERT_TRUE(a.put(*qa, row(2, AnswerStatus::optimal, 0.25)).has_value());
    Store b = open("b.db");
    (void)b.ask(network(), "net", question("only here"));  // ids differ between the two
    const auto qb = b.ask(network(), "net", question("q"));
    ASSERT_TRUE(b.put(*qb, row(1, AnswerStatus::optimal, 0.4)).has_value());
    ASSERT_TRUE(b.put(*qb, row(2, AnswerStatus::time_limit, 0.3)).has_value());
    ASSERT_TRUE(b.put(*qb, row(3, AnswerStatus::optimal, 0.1)).has_value());
  }
  Store a = open("a.db");
  const auto merged = a.merge(path("b.db"));
  ASSERT_TRUE(merged.has_value()) << merged.error().message;
  ASSERT_TRUE(a.merge(path("b.db")).has_value()) << "merging again changes nothing";
  const auto questions = a.questions();
  ASSERT_EQ(questions->size(), 2U);
  const auto rows = a.closest(questions->front().id);
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ(rows->at(1).answer.distance, 0.4);
  EXPECT_EQ(rows->at(2).answer.distance, 0.25);
  EXPECT_EQ(rows->at(3).answer.distance, 0.1);
}

TEST_F(StoreTest, RadiiComeBackAndAreMerged) {
  RadiusRow put{3, 1, {}};
  put.answer.robustness = Robustness::not_robust;
  put.answer.target = 2;
  put.answer.distance = 1.0 / 3;
  put.answer.bound = 1.0 / 7;
  put.answer.nodes = 12;
  put.answer.seconds = 0.1;
  put.answer.proof = "search";
  put.answer.note = "a note";
  put.answer.image = Eigen::VectorXd::Constant(4, 1.0 / 9);
  RadiusRow open_one{4, 0, {}};
  {
    Store a = open("a.db");
    const auto id = a.ask(network(), "net", question("r"));
    ASSERT_TRUE(a.put(*id, put).has_value());
    ASSERT_TRUE(a.put(*id, open_one).has_value());
    Store b = open("b.db");
    (void)b.ask(network(), "net", question("only here"));
    const auto other = b.ask(network(), "net", question("r"));
    open_one.answer.robustness = Robustness::robust;
    ASSERT_TRUE(b.put(*other, open_one).has_value());
  }
  Store a = open("a.db");
  ASSERT_TRUE(a.merge(path("b.db")).has_value());
  const auto rows = a.radius(a.questions()->front().id);
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  ASSERT_EQ(rows->size(), 2U);
  const RadiusAnswer& got = rows->at(3).answer;
  EXPECT_EQ(got.robustness, Robustness::not_robust);
  EXPECT_EQ(got.target, 2);
  EXPECT_EQ(got.distance, put.answer.distance);
  EXPECT_EQ(got.bound, put.answer.bound);
  EXPECT_EQ(got.nodes, 12);
  EXPECT_EQ(got.seconds, 0.1);
  EXPECT_EQ(got.proof, "search");
  EXPECT_EQ(got.note, "a note");
  EXPECT_EQ(got.image, put.answer.image);
  EXPECT_EQ(rows->at(4).answer.robustness, Robustness::robust);
  EXPECT_EQ(rows->at(4).answer.target, -1);
}

TEST_F(StoreTest, AMissingOrForeignFileIsABadRequest) {
  const auto missing = Store::open_existing(path("none.db"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind, Error::Kind::bad_request);
  EXPECT_FALSE(std::filesystem::exists(path("none.db")));
  EXPECT_FALSE(Store::open(path("")).has_value());
}

}  // namespace
}  // namespace brink
