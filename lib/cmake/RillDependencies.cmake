# The parts rill is built of. The core needs exactly these; what an optional part adds is asked for
# by the option that turns it on.

# Finds a part by its CMake package, unless the project around rill has brought it already.
# `module` is what pkg-config calls the part; rill.pc names it so.
macro(rill_find_package name target module)
  if(NOT TARGET ${target})
    find_package(${name} REQUIRED)
  endif()
  set_property(GLOBAL PROPERTY RILL_MODULE_${target} ${module})
endmacro()

# Finds a part that has no CMake package of its own everywhere; its target is PkgConfig::<prefix>.
macro(rill_find_module prefix module)
  pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET ${module})
  set_property(GLOBAL PROPERTY RILL_MODULE_PkgConfig::${prefix} ${module})
  set_property(GLOBAL APPEND PROPERTY RILL_PKG_CONFIG_PARTS ${prefix}=${module})
endmacro()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
if(NOT TARGET absl::status)
  find_package(absl REQUIRED)
endif()
rill_find_package(fmt fmt::fmt fmt)
rill_find_package(ZLIB ZLIB::ZLIB zlib)
rill_find_module(RILL_ISAL libisal)
rill_find_module(RILL_ZSTD libzstd)
rill_find_module(RILL_LZ4 liblz4)
rill_find_module(RILL_SNAPPY snappy)
if(RILL_BUILD_KAFKA)
  rill_find_module(RILL_RDKAFKA rdkafka)
endif()

if(RILL_BUILD_CLI)
  find_package(CLI11 REQUIRED)
  find_package(nlohmann_json REQUIRED)
endif()

# Standalone Asio is headers alone. Nothing of either is seen outside.
if(RILL_BUILD_NODE)
  find_path(RILL_ASIO_INCLUDE asio.hpp REQUIRED)
  rill_find_module(RILL_RE2 re2)
  # It asks for -pthread, with which no header fits that was precompiled without.
  set_property(TARGET PkgConfig::RILL_RE2 PROPERTY INTERFACE_COMPILE_OPTIONS "")
endif()

message(STATUS "rill ${PROJECT_VERSION}: tests ${RILL_BUILD_TESTS}, bench ${RILL_BUILD_BENCH}, "
               "examples ${RILL_BUILD_EXAMPLES}, command ${RILL_BUILD_CLI}, "
               "node ${RILL_BUILD_NODE}, kafka:// ${RILL_BUILD_KAFKA}, "
               "C interface ${RILL_BUILD_C}, "
               "fuzzers ${RILL_BUILD_FUZZERS}, sanitizers '${RILL_SANITIZE}'")
