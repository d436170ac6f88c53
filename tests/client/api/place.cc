#include "place.h"

#include <cstdlib>
#include <random>

#ifdef RILL_TEST_NODE
#include "rill/node.h"
#endif

namespace rill::testing {
namespace {

const char* BrokersElsewhere() { return std::getenv("RILL_TEST_KAFKA"); }

std::string RandomSuffix() {
  std::random_device random;
  return "-" + std::to_string(random()) + std::to_string(random());
}

}  // namespace

struct Place::Behind {
#ifdef RILL_TEST_NODE
  Behind(const std::string& where, const NodeOptions& options)
      : engine(Get(Open(where))), node(Get(Node::Start(engine, options))) {}
  Engine engine;
  Node node;
#endif
};

std::vector<std::string> Places() {
  if (BrokersElsewhere() != nullptr) return {"cluster"};
  std::vector<std::string> places = {"mem:", "folder"};
#ifdef RILL_TEST_NODE
  places.emplace_back("node");
  places.emplace_back("socket");
#endif
  return places;
}

Place::Place(const std::string& kind) : is_cluster_(kind != "mem:" && kind != "folder") {
  std::string where = kind;
  if (kind == "folder") where = folder_.emplace().data();
  if (kind == "cluster") {
    where = std::string("kafka://") + BrokersElsewhere();
    suffix_ = RandomSuffix();
  }
#ifdef RILL_TEST_NODE
  if (kind == "node") {
    behind_ = std::make_unique<Behind>("mem:", NodeOptions{.listen = "127.0.0.1:0"});
    where = "kafka://127.0.0.1:" + std::to_string(behind_->node.port());
  }
  if (kind == "socket") {
    behind_ = std::make_unique<Behind>(folder_.emplace().data(),
                                       NodeOptions{.listen = "", .folder_socket = true});
    where = "kafka://unix:" + folder_->data();
  }
#endif
  engine_ = Get(Open(where));
}

Place::~Place() = default;

std::string Place::Name(const std::string& name) const { return name + suffix_; }

Topic Place::MakeTopic(const std::string& name, int partitions,
                       std::map<std::string, std::string> configs) {
  configs.try_emplace("retention.ms", "-1");
  return Get(
      engine().CreateTopic(Name(name), {.partitions = partitions, .configs = std::move(configs)}));
}

ConsumerOptions Place::Quick(ConsumerOptions options) const {
  if (!is_cluster()) return options;
  options.configs.try_emplace("heartbeat.interval.ms", "50");
  options.configs.try_emplace("topic.metadata.refresh.interval.ms", "200");
  options.configs.try_emplace("topic.metadata.propagation.max.ms", "200");
  return options;
}

std::vector<std::string> ReadValues(Consumer& consumer, std::size_t count) {
  std::vector<std::string> values;
  const absl::Time last = absl::Now() + kLong;
  while (values.size() < count && absl::Now() < last) {
    const Records records = Get(consumer.Poll(absl::Milliseconds(100)));
    for (const Record& record : records) values.emplace_back(record.value());
  }
  return values;
}

void Fill(Place& place, const Topic& topic, int count, int partition, int first) {
  Producer producer = Get(place.engine().NewProducer());
  SendNumbers(producer, topic, count, partition, first);
}

bool PollUntil(const std::vector<Consumer*>& consumers, const std::function<bool()>& is_true) {
  return Eventually([&] {
    for (Consumer* consumer : consumers) {
      consumer->Poll(absl::Milliseconds(10)).status().IgnoreError();
    }
    return is_true();
  });
}

bool Holds(const Consumer& consumer, std::size_t partitions) {
  return consumer.assignment().size() == partitions;
}

bool Eventually(const std::function<bool()>& is_true) {
  const absl::Time last = absl::Now() + kLong;
  while (!is_true()) {
    if (absl::Now() > last) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace rill::testing
