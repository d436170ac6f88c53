# What a build of rill contains. A project that adds rill as a subfolder gets the library alone: no
# tests, no warnings, no developer flags, no install rules (tests/install checks it). Optional parts
# are on where their package is found.
if(PROJECT_IS_TOP_LEVEL)
  find_package(CLI11 QUIET)
  find_package(nlohmann_json QUIET)
  if(CLI11_FOUND AND nlohmann_json_FOUND)
    set(command_FOUND ON)
  endif()
  find_package(benchmark QUIET)
  find_path(RILL_ASIO_INCLUDE asio.hpp)
  mark_as_advanced(RILL_ASIO_INCLUDE)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(rdkafka QUIET rdkafka)
    pkg_check_modules(re2 QUIET re2)
  endif()
  if(RILL_ASIO_INCLUDE AND re2_FOUND)
    set(node_FOUND ON)
  elseif(RILL_ASIO_INCLUDE)
    message(STATUS "rill: no node, for RE2 is missing (Debian's libre2-dev)")
  endif()
endif()
# An optional part. That its package is missing is not remembered: once it is there, the part is on.
macro(rill_part name doc is_found)
  if("${is_found}")
    option(${name} "${doc}" ON)
  elseif(NOT DEFINED ${name})
    set(${name} OFF)
  endif()
endmacro()

option(RILL_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
rill_part(RILL_BUILD_BENCH "Build rill_bench (needs Google Benchmark)" "${benchmark_FOUND}")
option(RILL_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
rill_part(RILL_BUILD_CLI "Build the rill command (needs CLI11 and nlohmann-json)"
          "${command_FOUND}")
rill_part(RILL_BUILD_NODE "Build rill::Node, which serves Kafka's clients (needs Asio and RE2)"
          "${node_FOUND}")
rill_part(RILL_BUILD_KAFKA "Build what opens kafka://, a cluster elsewhere (needs librdkafka)"
          "${rdkafka_FOUND}")
option(RILL_BUILD_C "Build librill_c, the C interface" ${PROJECT_IS_TOP_LEVEL})
option(RILL_BUILD_FUZZERS "Build the fuzz targets (needs clang)" OFF)
option(RILL_INSTALL "Make install rules" ${PROJECT_IS_TOP_LEVEL})
option(RILL_WARNINGS_AS_ERRORS "Build rill itself with -Wall -Wextra -Werror"
       ${PROJECT_IS_TOP_LEVEL})
set(RILL_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
  endif()
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(RILL_CCACHE ccache)
  mark_as_advanced(RILL_CCACHE)
  if(RILL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness lets it cache what includes a precompiled header. Comments count: g++ knows a
    # header that it has precompiled by all its bytes, and would take it for another file.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_COMMENTS=1
        ${RILL_CCACHE})
    # clang's precompiled headers have the time of their source in them, which is new in each clone.
    add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
  if(RILL_CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER ${RILL_CCACHE})
  endif()
endif()

# Everything in the build is instrumented, or the sanitizers see only half of it.
if(RILL_SANITIZE)
  add_compile_options(-fsanitize=${RILL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RILL_SANITIZE})
  # A C program over the C interface brings what the C++ behind it asks of the sanitizers.
  add_link_options(
    "$<$<LINK_LANG_AND_ID:C,Clang,AppleClang>:-fsanitize-link-c++-runtime;-lstdc++>")
endif()
