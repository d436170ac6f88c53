#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rill/consumer.h"
#include "rill/export.h"
#include "rill/group.h"
#include "rill/metrics.h"
#include "rill/options.h"
#include "rill/producer.h"
#include "rill/topic.h"

namespace rill {

namespace engine {
class LocalEngine;
}
namespace client {
class ClusterEngine;
}

// What an engine holds at the moment.
struct ResourceUse {
  std::uint64_t buffer_bytes = 0;
  std::uint64_t disk_bytes = 0;
  int open_files = 0;
  int mappings = 0;
};

// Topics, and what they are stored in: in this process, or a cluster elsewhere. What Open returns.
//
// Over a cluster ("kafka://host:9092") its brokers have the topics and the groups, and what a call
// does on them can fail for their reasons: Unavailable where none answers, DeadlineExceeded
// (REQUEST_TIMED_OUT) where they take longer than a minute, PermissionDenied. What is of an engine
// in this process alone says so below. docs/guide/cluster.md has the rest of what differs.
//
// Thread-safe. Owns everything behind it; producers, consumers and handles that outlive it give
// FailedPrecondition. The destructor closes. In a child of fork() all of them are the parent's:
// calls give FailedPrecondition, and destructors do nothing.
class RILL_EXPORT Engine {
 public:
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();

  // Makes a topic. AlreadyExists (TOPIC_ALREADY_EXISTS); InvalidArgument (INVALID_TOPIC_EXCEPTION
  // for the name by Kafka's rules, INVALID_REQUEST for __cluster_metadata, INVALID_PARTITIONS,
  // INVALID_CONFIG with the config's name and its range); FailedPrecondition (KAFKA_STORAGE_ERROR)
  // when a partition's folder is there with somebody else's partition.metadata. Segments without
  // one are taken for this topic's, and recovered as after a crash: cut where they are not sound.
  absl::StatusOr<Topic> CreateTopic(const std::string& name, const TopicOptions& options = {});

  // The topic, made with `options` when it is missing. One that exists is returned as it is, even
  // if it differs from `options`.
  absl::StatusOr<Topic> EnsureTopic(const std::string& name, const TopicOptions& options = {});

  // NotFound (UNKNOWN_TOPIC_OR_PARTITION) when there is none.
  absl::StatusOr<Topic> FindTopic(const std::string& name) const;
  absl::Status DeleteTopic(const std::string& name);
  // Names in order. Internal topics (__consumer_offsets) are left out unless asked for. Over a
  // cluster that does not answer: none, and the log sink is told.
  std::vector<std::string> ListTopics(bool include_internal = false) const;
  absl::StatusOr<TopicDescription> DescribeTopic(const std::string& name) const;
  // Grows the topic to `total` partitions. InvalidArgument (INVALID_PARTITIONS) when it has as
  // many.
  absl::Status CreatePartitions(const std::string& name, int total);
  // Sets configs of a topic; a nullopt value takes a config back to the default. All or nothing.
  absl::Status AlterTopicConfigs(const std::string& name,
                                 const std::map<std::string, std::optional<std::string>>& changes);

  // A producer into this engine's topics. InvalidArgument for options out of range.
  absl::StatusOr<Producer> NewProducer(const ProducerOptions& options = {});
  // A consumer without a subscription; give it one with Assign or Subscribe.
  absl::StatusOr<Consumer> NewConsumer(const ConsumerOptions& options = {});
  // A consumer of `group`, subscribed to `topics`. The same as NewConsumer and Subscribe.
  absl::StatusOr<Consumer> Subscribe(const std::string& group,
                                     const std::vector<std::string>& topics,
                                     ConsumerOptions options = {});

  // Over a cluster that does not answer: none, and the log sink is told.
  std::vector<GroupListing> ListGroups() const;
  // NotFound (GROUP_ID_NOT_FOUND).
  absl::StatusOr<GroupDescription> DescribeGroup(const std::string& group) const;
  // Deletes a group without members, offsets and all. FailedPrecondition (NON_EMPTY_GROUP),
  // NotFound.
  absl::Status DeleteGroup(const std::string& group);
  // The offsets that a group committed: none where it has committed nothing, nobody knows of it, or
  // it was deleted, for a group begins with its first member or its first commit, and a consumer
  // that asks where to begin must not have to tell these apart. Whether a group is there is what
  // DescribeGroup tells.
  absl::StatusOr<std::map<TopicPartition, OffsetAndMetadata>> CommittedOffsets(
      const std::string& group) const;

  // With Options::Maintenance::kByCaller: does the background work that is due now, in this thread,
  // and returns when to call again (InfiniteFuture: when something was appended or changed). Calls
  // wait for one another; one that a callback makes from within the work does none and returns at
  // once. With kOwnThread there is no need to call it. Over a cluster there is no such work:
  // InfiniteFuture.
  absl::Time RunMaintenance();

  // Takes in the topic `name` that Apache Kafka, or a rill, wrote: its partitions stand in
  // `folders`, as <name>-0, <name>-1, ..., which nobody has open. All that a topic is in is given
  // together: the data folders of a broker, or folders with nothing but partitions. Every record is
  // checked and the files are copied; offsets, timestamps and the topic's id stay. `configs` are
  // the topic's (TopicOptions), for Kafka does not keep them there: without retention.ms, records
  // older than the default are soon deleted. The topic is there as a whole, or not at all, and on
  // disk: with OK also where a partition of it cannot be opened yet, of which its calls tell; after
  // an error nothing of it is left, unless the status names folders that could not be removed.
  // Everything else goes on meanwhile. Close ends it (FailedPrecondition) before the next file.
  // `progress` may be empty.
  //
  // AlreadyExists (TOPIC_ALREADY_EXISTS), also where the topic is made meanwhile; Unavailable where
  // it was made meanwhile and is being deleted; NotFound where no folder has such a partition;
  // DataLoss (CORRUPT_MESSAGE) names file and position of what is damaged or torn;
  // FailedPrecondition (KAFKA_STORAGE_ERROR) when a partition is missing or is another topic's, a
  // transaction is open, a process has a folder open, or batches are of Kafka's old formats;
  // InvalidArgument (INVALID_CONFIG), also for a compacted topic without "cleanup.policy";
  // FailedPrecondition for "mem:" and Options::read_only; ResourceExhausted; Unimplemented over a
  // cluster.
  absl::StatusOr<Topic> ImportTopic(const std::string& name,
                                    const std::vector<std::string>& folders,
                                    const std::map<std::string, std::string>& configs = {},
                                    const ImportProgress& progress = {});

  // Returns once everything appended to any topic would survive a power cut. Unimplemented over a
  // cluster, where acks and min.insync.replicas say what an acknowledged record survives.
  absl::Status Flush();

  // Whether the folder is open for writing now: by this engine, or, where this one has it
  // read-only, by whoever it is. One that was killed does not have it open. Not over a cluster,
  // which has no folder here.
  bool has_writer() const;

  // Makes `folder`, which must not be there (those above it are made), a data folder with
  // everything in it that was acknowledged before the call, on disk when it returns; of what is
  // appended meanwhile a clean first part of each partition is in it, and no group's offset beyond
  // that. Segments that are complete are hard links, so it takes little time and space. Nothing
  // that is done to either folder later changes the other: the backup can be opened by an engine of
  // its own. Appends, reads and commits go on meanwhile; what makes, changes or deletes topics, or
  // makes a producer, waits while the offsets of groups are cut, some syncs long, and while
  // DeleteTopic of a topic waits for a log of it that is being cut. Topics that are made meanwhile
  // are not in it, and of those that are deleted some are not. Close ends it before the next
  // partition: FailedPrecondition.
  //
  // AlreadyExists, also while another backup of that name is made, whichever process makes it;
  // InvalidArgument for what is no path, and for a place in the engine's own folder;
  // FailedPrecondition for "mem:" and Options::read_only, and (KAFKA_STORAGE_ERROR) for another
  // file system than the folder's, or one without hard links, for a partition that a failure of its
  // storage has stopped, and for a folder that was moved, removed or replaced; DataLoss
  // (KAFKA_STORAGE_ERROR) where the storage fails meanwhile, or a file is not the log's own any
  // more: a partition whose segment could not be flushed, or was replaced, takes no more appends
  // then; ResourceExhausted where there is no room for what has to be copied: at most 1 MiB a
  // partition and what is appended to it while its full segments are being flushed, but on a full
  // disk also complete segments whose index files it has no room for. After an error there is no
  // backup, unless the status says what is there: one that is whole but that a power cut may take,
  // or "<folder>.incomplete", where that could not be removed. A process that dies leaves it, too;
  // it cannot be opened, and the next call removes it. Where it only lacked its name it can be, and
  // the next call refuses that one (AlreadyExists): rename it or remove it. An OffsetStore of the
  // application's is not part of it. Unimplemented over a cluster.
  absl::Status Backup(const std::string& folder);

  // Over a cluster all zero, as the metrics below: nothing of it is here.
  ResourceUse resource_use() const;

  // What the engine has done since it was opened (metrics.h). Takes some microseconds, with ten
  // thousand partitions in use half a millisecond; nobody waits for it who appends or reads. After
  // Close: how it ended.
  EngineMetrics Metrics() const;
  // The same of each partition, in order of topic and partition, internal topics included.
  std::vector<PartitionMetrics> MetricsOfPartitions() const;

  // Stops the background work, writes the checkpoints, trims the segments, marks the folder cleanly
  // shut down and lets it go. Records that producers still hold back are sent first, also those
  // behind an append that another thread is in the middle of, which is given 10 s; what comes later
  // is refused. Returns the first failure but closes all the same. Calling it again is OK. Over a
  // cluster only what producers hold back is sent, within those 10 s; consumers stay members of
  // their groups until they are closed themselves.
  // FailedPrecondition from within a DeliveryCallback, which must not destroy the engine either.
  absl::Status Close();

 private:
  friend absl::StatusOr<Engine> Open(const std::string& where, const Options& options);
  friend struct EngineAccess;
  explicit Engine(std::shared_ptr<engine::LocalEngine> engine);
  explicit Engine(std::shared_ptr<client::ClusterEngine> cluster);
  std::shared_ptr<engine::LocalEngine> engine_;     // null: over a cluster, or moved from
  std::shared_ptr<client::ClusterEngine> cluster_;  // null: in this process
};

// Opens what `where` names:
//   "mem:"       topics in memory, gone when the engine closes
//   a path       topics in this folder, laid out as Kafka lays out its data folder; recovered first
//                when the last process did not close it. A relative one is looked for from the
//                working folder of this moment; the process may change that later. Refused are
//                "mem", and what begins with "~", which only a shell takes for a home folder:
//                write "./mem" and "./~/x" where folders have such names
//   "kafka://host:port[,host:port...]"   the topics and groups of the cluster (rill's nodes, Apache
//                Kafka, ...) that one of these brokers tells of. Its Options: configs, which are
//                librdkafka's properties there, and log_sink
//   "kafka://unix:folder"   the same of the node that serves this folder in another process of this
//                machine (NodeOptions::folder_socket, `rill serve`), through the socket in it, and
//                never over the network. All behind "unix:" is the path, relative as above; that of
//                the socket itself will do, too
// With Options::read_only the folder is opened as it is, beside a writer or without one.
// Errors:
//   FailedPrecondition    another engine, in this or another process, holds the folder; says who,
//                         and what to open instead where a node has its socket there.
//                         Or the path is relative, and the working folder is gone
//   FailedPrecondition (KAFKA_STORAGE_ERROR)   a rill with a later format wrote the folder
//   NotFound              no such folder, and Options::create_if_missing is false, or read_only
//                         is set, or it was to have a socket
//   PermissionDenied      the folder cannot be written; the socket is another user's
//   InvalidArgument       `where` has a scheme that is not known, or is no path, or names a file
//                         that is no socket; Options out of range
//   FailedPrecondition (INVALID_CONFIG)   Options::configs names another node.id or broker.id
//                         than the folder; with read_only that is not looked at
//   InvalidArgument (INVALID_CONFIG)   "kafka://" with an option that means nothing there, or a
//                         property that librdkafka does not take, in its words
//   Unavailable, DeadlineExceeded   no broker answers at any of these addresses, within 10 s each;
//                         no node serves the folder
//   Unimplemented         "kafka://" of a rill that was built without librdkafka
//   ResourceExhausted     no descriptors or memory, or a full disk: what is there cannot be known,
//                         or not be written on
//   DataLoss              meta.properties, the catalogue of topics or __consumer_offsets cannot be
//                         read; says where it is damaged
RILL_EXPORT absl::StatusOr<Engine> Open(const std::string& where, const Options& options = {});

}  // namespace rill
