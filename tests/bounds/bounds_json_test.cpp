// Bounds on disk: the same after a round trip; anything else is refused in one line.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "brink/base/files.h"
#include "brink/bounds/bounds.h"
#include "brink/bounds/bounds_file.h"
#include "random_network.h"

namespace brink {

namespace {

using nlohmann::json;

class BoundsFile : public ::testing::Test {
 protected:
  BoundsFile() {
    Random random(5);
    network_ = testing::random_network({4, 5, 3, 2}, random);
    box_ = Box::uniform(4, 0, 1);
    box_.upper(2) = 0.1 + 0.2;  // not a short decimal
    bounds_ = symbolic_bounds(network_, box_);
    bounds_.t_pre = 1.0 / 3;
    NeuronBounds stopped = bounds_.at(2, 0);
    stopped.upper_source = BoundSource::stopped;
    bounds_.set(2, 0, stopped);
    path_ = std::filesystem::temp_directory_path() /
            fmt::format("brink_bounds_test_{}.json", static_cast<const void*>(this));
  }
  ~BoundsFile() override { std::filesystem::remove(path_); }

  /// Without the checksum, which would refuse every change.
  json document() {
    EXPECT_TRUE(save_bounds(bounds_, path_));
    json whole = json::parse(*read_file(path_));
    whole.erase("checksum");
    return whole;
  }
  /// The error of reading `text`; "" if it is accepted.
  std::string refusal(const std::string& text) {
    EXPECT_TRUE(write_file(path_, text));
    const auto loaded = load_bounds(path_);
    if (loaded) return {};
    EXPECT_EQ(loaded.error().kind, Error::Kind::bad_request);
    EXPECT_EQ(loaded.error().message.find('\n'), std::string::npos);
    EXPECT_NE(loaded.error().message.find(path_.string()), std::string::npos);
    return loaded.error().message;
  }

  Network network_;
  Box box_;
  Bounds bounds_;
  std::filesystem::path path_;
};

TEST_F(BoundsFile, RoundTrip) {
  ASSERT_TRUE(save_bounds(bounds_, path_));
  const auto loaded = load_bounds_for(network_, box_, path_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->network, bounds_.network);
  EXPECT_EQ(loaded->method, bounds_.method);
  EXPECT_EQ(loaded->t_pre, bounds_.t_pre);
  EXPECT_TRUE(loaded->box == bounds_.box);
  ASSERT_TRUE(loaded->neurons() == bounds_.neurons());
  for (int k = 1; k <= network_.depth(); ++k) {
    for (Eigen::Index j = 0; j < network_.width(k); ++j) {
      EXPECT_EQ(loaded->at(k, j).lower, bounds_.at(k, j).lower);
      EXPECT_EQ(loaded->at(k, j).upper, bounds_.at(k, j).upper);
      EXPECT_EQ(loaded->at(k, j).lower_source, bounds_.at(k, j).lower_source);
      EXPECT_EQ(loaded->at(k, j).upper_source, bounds_.at(k, j).upper_source);
    }
  }
}

TEST_F(BoundsFile, RefusesWhatIsNotBounds) {
  const std::string whole = document().dump();
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("garbage \x80\xff"), "");
  EXPECT_NE(refusal("[1, 2, 3]"), "");
  EXPECT_NE(refusal("{}"), "");
  EXPECT_NE(refusal(whole.substr(0, whole.size() / 2)), "");
  EXPECT_EQ(refusal(whole), "");
}

TEST_F(BoundsFile, RefusesEachMalformedField) {
  const json good = document();
  const auto with = [&](const char* pointer, const json& value) {
    json changed = good;
    changed[json::json_pointer(pointer)] = value;
    return refusal(changed.dump());
  };
  for (const char* field : {"/brink_bounds", "/network", "/method", "/t_pre", "/box", "/layers"}) {
    EXPECT_NE(with(field, nullptr), "") << field;
    EXPECT_NE(with(field, json::array({true})), "") << field;
    json missing = good;
    missing.erase(field + 1);
    EXPECT_NE(refusal(missing.dump()), "") << field;
  }
  EXPECT_NE(with("/brink_bounds", 99), "");
  EXPECT_NE(with("/t_pre", -1), "");
  EXPECT_NE(with("/layers/0/1/lower", "0"), "");
  EXPECT_NE(with("/layers/0/1/lower", nullptr), "");  // how NaN is often written
  EXPECT_NE(with("/layers/0/1/lower", true), "");
  EXPECT_NE(with("/layers/0/1/lower", 1e9), "");  // crossed
  EXPECT_NE(with("/layers/0/1/lower_source", "guess"), "");
  EXPECT_NE(with("/layers/0", json::object()), "");
  EXPECT_NE(with("/layers", json::array()), "");
  EXPECT_NE(with("/box/size", 0), "");
  EXPECT_NE(with("/box/size", -3), "");
  EXPECT_NE(with("/box/size", 5), "");
  EXPECT_NE(with("/box/low", 7), "");  // above high
  EXPECT_NE(with("/box/low/0", "0"), "");
  EXPECT_NE(with("/box/high/1", nullptr), "");
}

TEST_F(BoundsFile, RefusesNumbersThatAreNone) {
  std::string text = document().dump();
  const std::size_t at = text.find("\"lower\":") + 8;
  for (const char* number : {"NaN", "1e999", "-Infinity"}) {
    std::string changed = text;
    changed.replace(at, changed.find_first_of(",}", at) - at, number);
    EXPECT_NE(refusal(changed), "") << number;
  }
}

TEST_F(BoundsFile, AChangedValueIsRefusedAnotherLayoutIsNot) {
  ASSERT_TRUE(save_bounds(bounds_, path_));
  EXPECT_TRUE(carries_checksum(path_));
  const json whole = json::parse(*read_file(path_));
  EXPECT_EQ(refusal(whole.dump()), "");
  EXPECT_EQ(refusal(whole.dump(4)), "");
  const auto with = [&](const char* pointer, const json& value) {
    json changed = whole;
    changed[json::json_pointer(pointer)] = value;
    return refusal(changed.dump());
  };
  const double upper = bounds_.at(2, 2).upper;
  for (const auto& [pointer, value] :
       {std::pair<const char*, json>("/layers/1/2/upper", std::nextafter(upper, upper + 1)),
        {"/layers/1/2/upper_source", "exact"},
        {"/t_pre", 0.25},
        {"/method", "exact"},
        {"/network", "another"},
        {"/box/high/2", 0.3},
        {"/checksum", ""}}) {
    EXPECT_NE(with(pointer, value).find("changed"), std::string::npos) << pointer;
  }
  EXPECT_EQ(refusal(document().dump()), "");
  EXPECT_FALSE(carries_checksum(path_));
}

TEST_F(BoundsFile, ABoxOfAnotherSizeIsNotMade) {
  json changed = document();
  changed["box"] = {{"size", 100'000'000}, {"low", 0}, {"high", 1}};
  EXPECT_NE(refusal(changed.dump()).find("size"), std::string::npos);
  changed["box"]["size"] = 3'000'000;
  ASSERT_TRUE(write_file(path_, changed.dump()));
  const auto loaded = load_bounds_for(network_, box_, path_);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("number of inputs"), std::string::npos);
}

TEST_F(BoundsFile, MissingFile) {
  const auto loaded = load_bounds("no/such/bounds.json");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, Error::Kind::bad_request);
}

TEST_F(BoundsFile, AnotherNetworkOrBox) {
  ASSERT_TRUE(save_bounds(bounds_, path_));
  const auto message = [&](const Network& network, const Box& box) {
    const auto loaded = load_bounds_for(network, box, path_);
    return loaded ? std::string() : loaded.error().message;
  };
  Network other = network_;
  other.layers[0].bias(0) = std::nextafter(other.layers[0].bias(0), 10);
  EXPECT_NE(message(other, box_).find("another network"), std::string::npos);
  Box smaller = box_;
  smaller.lower(0) = 0.25;
  EXPECT_EQ(message(network_, smaller), "");
  Box larger = box_;
  larger.upper(2) = std::nextafter(larger.upper(2), 1);
  EXPECT_NE(message(network_, larger).find("smaller box"), std::string::npos);
  EXPECT_NE(message(network_, Box::uniform(3, 0, 1)), "");
}

TEST_F(BoundsFile, LayersOfAnotherSize) {
  json changed = document();
  changed["layers"][1].erase(0);
  ASSERT_TRUE(write_file(path_, changed.dump()));
  EXPECT_FALSE(load_bounds_for(network_, box_, path_));
  changed = document();
  changed["layers"].erase(2);
  ASSERT_TRUE(write_file(path_, changed.dump()));
  EXPECT_FALSE(load_bounds_for(network_, box_, path_));
}

}  // namespace

}  // namespace brink
