#pragma once

#include <map>
#include <string>

#include "rill/producer.h"

namespace rill::client {

// What ProducerOptions say, as librdkafka's properties.
std::map<std::string, std::string> PropertiesOf(const ProducerOptions& options);

}  // namespace rill::client
