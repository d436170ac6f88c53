#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/remote/admin_client.h"
#include "rill/record_batch.h"
#include "wire/messages/fetch.h"
#include "wire/messages/produce.h"

namespace rill::bench {

// Versions that both brokers have, in which topics have names.
inline constexpr int kProduceVersion = 9;
inline constexpr int kFetchVersion = 12;

inline constexpr char kTopic[] = "replayed";

// What a run is about.
struct Load {
  std::string address;  // "host:port"
  int process = 0;      // the broker's
  int partitions = 1;
  int connections = 1;
  int depth = 5;  // requests of a connection that are not answered yet, at most
  int acks = 1;
  std::size_t record_bytes = 100;
  std::size_t batch_bytes = 16384;  // of the records, before compression
  Compression compression = Compression::kNone;
  int fetch_bytes = 1 << 20;  // that an answer to a Fetch may have
  double seconds = 5;         // that are measured
  double warm_up = 2;         // before them
  double rate = 1000;         // of a latency run, records a second
  // Instead of `seconds`: until so many stored bytes are produced. The topic keeps all of them.
  double total_bytes = 0;
};

remote::BrokerAddress AddressOf(const Load& load);

// Makes the topic anew, with room that is the same for every broker.
void MakeTopic(const Load& load);

// A sealed batch of random letters, as Kafka's perf tool sends them; returns how many records.
int SealBatch(const Load& load, std::string& batch);

// Requests with their length, as they go to the socket: a Produce of one batch to one partition.
std::string ProduceFrame(const Load& load, int partition, std::string_view batch);
// A Fetch of one partition.
std::string FetchFrame(int partition, std::int64_t offset, int max_wait_ms, int max_bytes);
// What every client asks first.
std::string VersionsFrame();

// Answers, without their length, of the versions above; a failure ends the program.
wire::ProduceResponse::Topic::Partition ReadProduced(const std::string& frame);
// Whether the batch was taken: a broker tells of a topic before it leads its partitions.
bool IsProduced(const std::string& frame);
wire::FetchResponse::Topic::Partition ReadFetched(const std::string& frame);

}  // namespace rill::bench
