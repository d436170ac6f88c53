#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../client_test.h"
#include "absl/time/clock.h"
#include "catch.h"
#include "rill/rill.h"

namespace rill::testing {

// The places that the public API is tested over: "mem:", "folder" and, where they are built,
// "node", a rill::Node in this process behind kafka://, and "socket", one behind the socket in its
// folder (kafka://unix:). With RILL_TEST_KAFKA=host:port in the
// environment, "cluster" alone: the brokers there.
std::vector<std::string> Places();

// Topics in one of these places.
class Place {
 public:
  explicit Place(const std::string& kind);
  ~Place();

  Engine& engine() { return *engine_; }
  // Whether what a call does can fail for a cluster's reasons, and is seen a little later.
  bool is_cluster() const { return is_cluster_; }
  // A name that nothing else in this place has had.
  std::string Name(const std::string& name) const;
  // Records that say that they are old stay in it.
  Topic MakeTopic(const std::string& name, int partitions = 1,
                  std::map<std::string, std::string> configs = {});
  // The same options, with which a group over a cluster learns of changes quickly.
  ConsumerOptions Quick(ConsumerOptions options) const;
  Consumer NewConsumer(const ConsumerOptions& options = {}) {
    return Get(engine().NewConsumer(Quick(options)));
  }

 private:
  struct Behind;  // a node, and what it serves

  std::optional<Folder> folder_;
  std::unique_ptr<Behind> behind_;
  std::optional<Engine> engine_;
  bool is_cluster_ = false;
  std::string suffix_;
};

// Polls until there are `count` records, or time is over. "topic-partition@offset value" of each
// would name them; the tests look at values.
std::vector<std::string> ReadValues(Consumer& consumer, std::size_t count);

// Sends "0", "1", ... to one partition, by a producer of its own.
void Fill(Place& place, const Topic& topic, int count, int partition = 0, int first = 0);

// Polls all of them in turn, dropping what they read, until it becomes true. False when time is
// over.
bool PollUntil(const std::vector<Consumer*>& consumers, const std::function<bool()>& is_true);

// Whether so many partitions are assigned to it.
bool Holds(const Consumer& consumer, std::size_t partitions);

// A test case that asks for it runs once a place.
#define ANY_PLACE GENERATE(from_range(::rill::testing::Places()))

// Whether it becomes true in time.
bool Eventually(const std::function<bool()>& is_true);

}  // namespace rill::testing
