// librdkafka's C++ interface, as a client of tests/clients/run.py. It has no admin requests: topics
// are made by asking for them.
#include <librdkafka/rdkafkacpp.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "records.h"

namespace {

constexpr int kPatience = 60000;  // ms
std::string address;

using Configs = std::map<std::string, std::string>;

void Expect(RdKafka::ErrorCode error) {
  if (error != RdKafka::ERR_NO_ERROR) throw std::runtime_error(RdKafka::err2str(error));
}

void Expect(bool so, const std::string& what) {
  if (!so) throw std::runtime_error(what);
}

struct Deliveries : RdKafka::DeliveryReportCb {
  void dr_cb(RdKafka::Message& message) override {
    if (message.err() == RdKafka::ERR_NO_ERROR) ++count;
  }
  int64_t count = 0;
};

std::unique_ptr<RdKafka::Conf> Conf(const Configs& configs) {
  std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string error;
  conf->set("bootstrap.servers", address, error);
  for (const auto& [name, value] : configs) {
    Expect(conf->set(name, value, error) == RdKafka::Conf::CONF_OK, error);
  }
  return conf;
}

void Produce(const std::string& topic, int64_t count, Configs configs) {
  std::string error;
  Deliveries deliveries;
  configs["linger.ms"] = "5";
  auto conf = Conf(configs);
  conf->set("dr_cb", &deliveries, error);
  std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), error));
  Expect(producer != nullptr, error);
  for (int64_t i = 0; i < count;) {
    Expected r = RecordAt(i);
    RdKafka::Headers* headers = RdKafka::Headers::create();
    headers->add("h", std::string(r.header));
    const RdKafka::ErrorCode result = producer->produce(
        topic, static_cast<int32_t>(i % kPartitions), RdKafka::Producer::RK_MSG_COPY, r.value,
        r.value_size, r.key, strlen(r.key), r.timestamp, headers, nullptr);
    if (result == RdKafka::ERR_NO_ERROR) {
      ++i;
    } else {
      delete headers;  // the producer has not taken them
      if (result != RdKafka::ERR__QUEUE_FULL) Expect(result);
    }
    producer->poll(result == RdKafka::ERR_NO_ERROR ? 0 : 10);
  }
  producer->flush(kPatience);
  Expect(deliveries.count == count, std::to_string(deliveries.count) + " records are delivered");
}

class Reader {
 public:
  // From an offset on, in the partitions from first to last.
  Reader(const std::string& topic, int first, int last, int64_t offset) : topic_(topic) {
    std::string error;
    auto conf = Conf({{"group.id", "none"}, {"enable.auto.commit", "false"}});
    consumer_.reset(RdKafka::KafkaConsumer::create(conf.get(), error));
    Expect(consumer_ != nullptr, error);
    std::vector<RdKafka::TopicPartition*> partitions;
    for (int p = first; p <= last; ++p) {
      partitions.push_back(RdKafka::TopicPartition::create(topic, p, offset));
    }
    Expect(consumer_->assign(partitions));
    RdKafka::TopicPartition::destroy(partitions);
  }
  ~Reader() { consumer_->close(); }

  void Seek(int partition, int64_t offset) {
    std::unique_ptr<RdKafka::TopicPartition> to(
        RdKafka::TopicPartition::create(topic_, partition, offset));
    Expect(consumer_->seek(*to, kPatience));
    ends_[partition] = offset;
  }

  int64_t OffsetAt(int partition, int64_t time) {
    std::vector<RdKafka::TopicPartition*> asked = {
        RdKafka::TopicPartition::create(topic_, partition, time)};
    const RdKafka::ErrorCode error = consumer_->offsetsForTimes(asked, kPatience);
    const int64_t offset = asked[0]->offset();
    RdKafka::TopicPartition::destroy(asked);
    Expect(error);
    return offset;
  }

  void Read(int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      std::unique_ptr<RdKafka::Message> message(consumer_->consume(kPatience));
      Expect(message->err());
      Check(*message);
    }
  }

 private:
  void Check(const RdKafka::Message& m) {
    const int64_t offset = ends_[m.partition()]++;
    const Expected r = RecordAt(offset * kPartitions + m.partition());
    RdKafka::Headers* headers = const_cast<RdKafka::Message&>(m).headers();
    Expect(m.offset() == offset && m.timestamp().timestamp == r.timestamp && m.key() &&
               *m.key() == r.key && Same(m.payload(), m.len(), r.value, r.value_size) && headers &&
               headers->size() == 1,
           "another record at offset " + std::to_string(offset));
    const RdKafka::Headers::Header header = headers->get_last("h");
    Expect(Same(header.value(), header.value_size(), r.header, strlen(r.header)), "another header");
  }

  std::string topic_;
  std::unique_ptr<RdKafka::KafkaConsumer> consumer_;
  std::array<int64_t, kPartitions> ends_{};
};

const int64_t kBeginning = RdKafka::Topic::OFFSET_BEGINNING;

void ReadAll(const std::string& topic, int64_t count) {
  Reader(topic, 0, kPartitions - 1, kBeginning).Read(count);
}

void Seek(const std::string& topic, int partition, int64_t offset) {
  Reader reader(topic, partition, partition, kBeginning);
  reader.Read(1);
  reader.Seek(partition, offset);
  reader.Read(2);
}

void SeekToTime(const std::string& topic, int64_t count) {
  const int64_t wanted = count / 2 / kPartitions;
  const int64_t before = RecordAt(wanted * kPartitions - 1).timestamp;
  const int64_t offset = Reader(topic, 0, 0, kBeginning).OffsetAt(0, before);
  Expect(offset == wanted, "it is offset " + std::to_string(offset));
  Seek(topic, 0, offset);
}

void Report(const std::string& step, const std::function<void()>& run) {
  std::string result = "passed";
  try {
    run();
  } catch (const std::exception& failure) {
    result = std::string("FAILED ") + failure.what();
  }
  printf("%s\t%s\n", step.c_str(), result.c_str());
  fflush(stdout);
}

void Steps(int64_t count, const std::string& prefix, const std::string& reference) {
  for (const char* step :
       {"create topic", "describe configs", "alter configs", "delete topic", "delete records"}) {
    printf("%s\tnot in this client\n", step);
  }
  const auto written = [&](const char* step, const std::string& name, const Configs& configs) {
    Report(step, [&] {
      Produce(prefix + "-" + name, count, configs);
      ReadAll(prefix + "-" + name, count);
    });
  };
  for (const char* codec : {"none", "gzip", "snappy", "lz4", "zstd"}) {
    written(codec, codec, {{"compression.codec", codec}, {"acks", "all"}});
  }
  written("acks 0", "acks-0", {{"acks", "0"}});
  written("acks 1", "acks-1", {{"acks", "1"}});
  written("idempotent", "idempotent", {{"enable.idempotence", "true"}});
  Report("seek to offset", [&] { Seek(prefix + "-none", 1, count / 6); });
  Report("seek to time", [&] { SeekToTime(prefix + "-none", count); });
  Report("read reference", [&] { ReadAll(reference, count); });
}

void Member(const std::string& group, const std::string& topic, int64_t count) {
  std::string error;
  auto conf = Conf({{"group.id", group},
                    {"enable.auto.commit", "false"},
                    {"auto.offset.reset", "earliest"},
                    {"session.timeout.ms", "6000"},
                    {"heartbeat.interval.ms", "500"}});
  std::unique_ptr<RdKafka::KafkaConsumer> consumer(
      RdKafka::KafkaConsumer::create(conf.get(), error));
  Expect(consumer != nullptr, error);
  Expect(consumer->subscribe({topic}));
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  for (int64_t read = 0; count ? read < count : poll(&input, 1, 0) == 0;) {
    std::unique_ptr<RdKafka::Message> message(consumer->consume(100));
    if (message->err() != RdKafka::ERR_NO_ERROR) continue;
    printf("%d %lld\n", message->partition(), static_cast<long long>(message->offset()));
    fflush(stdout);
    ++read;
    consumer->commitSync(message.get());
  }
  consumer->close();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() != 5) return 2;
  address = arguments[1];
  try {
    if (arguments[0] == "steps") {
      Steps(std::stoll(arguments[2]), arguments[3], arguments[4]);
    } else {
      Member(arguments[2], arguments[3], std::stoll(arguments[4]));
    }
  } catch (const std::exception& failure) {
    fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
