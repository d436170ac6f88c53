// What stands in the values of control records.

#include "wire/internal_messages.h"

namespace rill::wire {
namespace {

constexpr Field kVoter[] = {Int32("voterId"), Uuid("voterDirectoryId").Since(1)};
constexpr Field kLeaderChangeFields[] = {Int16("version"), Int32("leaderId"),
                                         Array(Struct("voters", kVoter)),
                                         Array(Struct("grantingVoters", kVoter))};
constexpr Message kLeaderChange = {"LeaderChangeMessage", kLeaderChangeFields, 1, 0};

constexpr Field kSnapshotHeaderFields[] = {Int16("version"), Int64("lastContainedLogTimestamp")};
constexpr Message kSnapshotHeader = {"SnapshotHeaderRecord", kSnapshotHeaderFields, 0, 0};

constexpr Field kSnapshotFooterFields[] = {Int16("version")};
constexpr Message kSnapshotFooter = {"SnapshotFooterRecord", kSnapshotFooterFields, 0, 0};

constexpr Field kKraftVersionFields[] = {Int16("version"), Int16("kRaftVersion")};
constexpr Message kKraftVersion = {"KRaftVersionRecord", kKraftVersionFields, 0, 0};

constexpr Field kEndpoint[] = {String("name"), String("host"), Uint16("port")};
constexpr Field kVersionRange[] = {Int16("minSupportedVersion"), Int16("maxSupportedVersion")};
constexpr Field kKraftVoter[] = {Int32("voterId"), Uuid("voterDirectoryId"),
                                 Array(Struct("endpoints", kEndpoint)),
                                 Struct("kRaftVersionFeature", kVersionRange)};
constexpr Field kVotersFields[] = {Int16("version"), Array(Struct("voters", kKraftVoter))};
constexpr Message kVoters = {"VotersRecord", kVotersFields, 0, 0};

}  // namespace

const Message& LeaderChangeMessage() { return kLeaderChange; }
const Message& SnapshotHeaderRecord() { return kSnapshotHeader; }
const Message& SnapshotFooterRecord() { return kSnapshotFooter; }
const Message& KRaftVersionRecord() { return kKraftVersion; }
const Message& VotersRecord() { return kVoters; }

}  // namespace rill::wire
