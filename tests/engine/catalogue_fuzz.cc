#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/catalogue_file.h"

// Arbitrary bytes as a catalogue: refused, or an image whose own file says the same again.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rill::engine;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto contents = ParseCatalogue(bytes, "catalogue");
  if (contents.ok()) {
    const auto written = FormatCatalogue(contents->image, /*now_ms=*/0, contents->later);
    if (!written.ok()) std::abort();
    const auto again = ParseCatalogue(*written, "catalogue");
    if (!again.ok() || again->image.topics() != contents->image.topics()) std::abort();
    if (again->image.resource_configs() != contents->image.resource_configs()) std::abort();
    if (again->later.values != contents->later.values) std::abort();
  }
  // Checksums keep a fuzzer out of the records, so these are also tried on their own.
  const auto split = bytes.find('\0');
  if (split == std::string_view::npos) return 0;
  const auto command = DecodeCommand(bytes.substr(0, split), bytes.substr(split + 1));
  if (!command.ok()) return 0;
  CatalogueImage image;
  if (!image.Check(*command).ok()) return 0;
  image.Apply(*command);
  const auto value = EncodeCommandValue(*command);
  const auto decoded = DecodeCommand(EncodeCommandKey(*command), *value);
  if (!decoded.ok()) std::abort();
  return 0;
}
