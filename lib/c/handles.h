#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "rill/c.h"
#include "rill/rill.h"

// What the handles of rill/c.h are.

struct rill_options {
  // Without a value: back to the default.
  std::map<std::string, std::optional<std::string>> values;
  rill::LogSink log_sink;
  rill::Partitioner partitioner;
  std::optional<rill::RebalanceListener> rebalance_listener;
};

struct rill_engine {
  rill::Engine engine;
};

struct rill_topic {
  rill::Topic topic;
};

struct rill_partition {
  rill::Partition partition;
};

struct rill_producer {
  rill::Producer producer;
};

struct rill_consumer {
  rill::Consumer consumer;
  std::string member_id;  // what rill_consumer_member_id shows
};

struct rill_records {
  explicit rill_records(rill::Records read) : records(std::move(read)), next(records.begin()) {}
  // `next` points at `records`.
  rill_records(const rill_records&) = delete;
  rill_records& operator=(const rill_records&) = delete;

  const rill::Records records;
  rill::Records::iterator next;
};
