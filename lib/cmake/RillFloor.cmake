# A floor is a folder of lib/ and one CMake target. It is included as "<floor>/<file>.h", and only
# targets that link it can find those headers: a floor's include path is a folder of its own in the
# build tree that holds one link, to the floor's sources.
#
#   rill_floor(NAME record USES base SOURCES batch.cc ... LINKS PkgConfig::RILL_ZSTD ...)
#
# A target of its own within a floor's folder names it: FOLDER client/remote.
# PRECOMPILE names headers of other libraries that many of a floor's files include.

# What every target of rill itself is compiled with, and no target of anybody else.
add_library(rill_build_flags INTERFACE)
target_compile_features(rill_build_flags INTERFACE cxx_std_20)
target_include_directories(rill_build_flags INTERFACE ${PROJECT_SOURCE_DIR}/include)
if(RILL_WARNINGS_AS_ERRORS)
  target_compile_options(rill_build_flags INTERFACE -Wall -Wextra -Werror
    $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wthread-safety>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 raises false alarms of this one when it inlines std::variant and std::regex.
    target_compile_options(rill_build_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

# What nearly every file of rill includes, parsed once for all floors; once more for a floor that adds
# to it. Files include what they use all the same.
function(rill_precompile target more)
  if(TARGET rill_base AND NOT target STREQUAL "rill_base" AND NOT more)
    target_precompile_headers(${target} REUSE_FROM rill_base)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE
    <algorithm> <cstdint> <deque> <functional> <map> <memory> <optional> <set> <string>
    <string_view> <utility> <vector> <absl/status/status.h> <absl/status/statusor.h>
    <absl/time/clock.h> <absl/time/time.h> <absl/container/flat_hash_map.h>
    <absl/synchronization/mutex.h> <fmt/format.h> ${more})
endfunction()

function(rill_floor)
  cmake_parse_arguments(PARSE_ARGV 0 FLOOR "" "NAME;FOLDER" "USES;SOURCES;LINKS;PRECOMPILE")
  if(NOT FLOOR_FOLDER)
    set(FLOOR_FOLDER ${FLOOR_NAME})
  endif()
  set(target rill_${FLOOR_NAME})
  set(include_root ${PROJECT_BINARY_DIR}/floors/${FLOOR_NAME})
  cmake_path(GET FLOOR_FOLDER PARENT_PATH above)
  file(MAKE_DIRECTORY ${include_root}/${above})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_root}/${FLOOR_FOLDER} SYMBOLIC)

  add_library(${target} OBJECT ${FLOOR_SOURCES})
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    CXX_EXTENSIONS OFF)
  # Nobody replaces a function of rill's from outside, so calls within it may be inlined.
  target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  if(PROJECT_IS_TOP_LEVEL)
    rill_precompile(${target} "${FLOOR_PRECOMPILE}")
  endif()
  target_include_directories(${target} PUBLIC ${include_root})
  target_link_libraries(${target} PUBLIC rill_build_flags ${FLOOR_LINKS})
  foreach(used IN LISTS FLOOR_USES)
    target_link_libraries(${target} PUBLIC rill_${used})
  endforeach()
  set_target_properties(${target} PROPERTIES
    RILL_USES "${FLOOR_USES}" RILL_LINKS "${FLOOR_LINKS}")
endfunction()

# Links a program against the inside of rill: a floor and all floors below it. (Object libraries
# hand their objects to direct users only, so the floors beneath are linked by name.)
function(rill_link_floor target floor)
  get_target_property(linked ${target} RILL_LINKED_FLOORS)
  if(floor IN_LIST linked)
    return()
  endif()
  set_property(TARGET ${target} APPEND PROPERTY RILL_LINKED_FLOORS ${floor})
  target_link_libraries(${target} PRIVATE rill_${floor})
  get_target_property(below rill_${floor} RILL_USES)
  foreach(used IN LISTS below)
    rill_link_floor(${target} ${used})
  endforeach()
endfunction()

# Makes a library that users link out of floors: all their objects, and what they link. SYMBOLS is
# the linker's version script, which says what a shared one shows.
function(rill_library target)
  cmake_parse_arguments(PARSE_ARGV 1 LIBRARY "" "TYPE;SYMBOLS" "FLOORS;PUBLIC_LINKS")
  add_library(${target} ${LIBRARY_TYPE})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  set(links "")
  foreach(floor IN LISTS LIBRARY_FLOORS)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:rill_${floor}>)
    get_target_property(floor_links rill_${floor} RILL_LINKS)
    list(APPEND links ${floor_links})
  endforeach()
  list(REMOVE_DUPLICATES links)
  list(REMOVE_ITEM links ${LIBRARY_PUBLIC_LINKS})
  target_link_libraries(${target} PUBLIC ${LIBRARY_PUBLIC_LINKS} PRIVATE ${links})
  set_target_properties(${target} PROPERTIES
    RILL_FLOORS "${LIBRARY_FLOORS}"
    RILL_PUBLIC_LINKS "${LIBRARY_PUBLIC_LINKS}"
    RILL_PRIVATE_LINKS "${links}")
  # Hidden visibility does not reach templates of the standard library and Abseil.
  target_link_options(${target} PRIVATE -Wl,--version-script=${LIBRARY_SYMBOLS})
  set_property(TARGET ${target} PROPERTY LINK_DEPENDS ${LIBRARY_SYMBOLS})
endfunction()
