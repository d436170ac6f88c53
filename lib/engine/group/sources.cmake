# The group coordinator and the assignors, relative to lib/engine.
set(RILL_GROUP_SOURCES
  group/coordinator.cc
  group/group.cc
  group/group_answers.cc
  group/group_join.cc
  group/group_rebalance.cc
  group/group_sync.cc
  group/java_string.cc
  group/kafka_bytes.cc
  group/offset_records.cc
  group/timers.cc
)
