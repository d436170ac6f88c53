# A floor is a folder of lib/ and one CMake target. It is included as "<floor>/<file>.h", and only
# targets that link it can find those headers: a floor's include path is a folder of its own in the
# build tree that holds one link, to the floor's sources.
#
#   rill_floor(NAME record USES base SOURCES batch.cc ... LINKS PkgConfig::RILL_ZSTD ...)

add_library(rill_build_flags INTERFACE)
target_compile_features(rill_build_flags INTERFACE cxx_std_20)
target_include_directories(rill_build_flags INTERFACE ${PROJECT_SOURCE_DIR}/include)
if(RILL_WARNINGS_AS_ERRORS)
  target_compile_options(rill_build_flags INTERFACE -Wall -Wextra -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(rill_build_flags INTERFACE -Wthread-safety)
endif()
if(RILL_SANITIZE)
  target_compile_options(rill_build_flags INTERFACE -fsanitize=${RILL_SANITIZE}
                         -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(rill_build_flags INTERFACE -fsanitize=${RILL_SANITIZE})
endif()

function(rill_floor)
  cmake_parse_arguments(FLOOR "" "NAME" "USES;SOURCES;LINKS" ${ARGN})
  set(target rill_${FLOOR_NAME})
  set(include_root ${PROJECT_BINARY_DIR}/floors/${FLOOR_NAME})
  file(MAKE_DIRECTORY ${include_root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_root}/${FLOOR_NAME} SYMBOLIC)

  add_library(${target} OBJECT ${FLOOR_SOURCES})
  set_target_properties(${target} PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    CXX_EXTENSIONS OFF)
  target_compile_definitions(${target} PRIVATE RILL_BUILDING)
  target_include_directories(${target} PUBLIC ${include_root})
  target_link_libraries(${target} PUBLIC rill_build_flags)
  foreach(used IN LISTS FLOOR_USES)
    target_link_libraries(${target} PUBLIC rill_${used})
  endforeach()
  target_link_libraries(${target} PUBLIC ${FLOOR_LINKS})
  set_property(GLOBAL APPEND PROPERTY RILL_FLOORS ${FLOOR_NAME})
  set_property(GLOBAL PROPERTY RILL_FLOOR_${FLOOR_NAME}_USES ${FLOOR_USES})
endfunction()

# Links a program against the inside of rill: a floor and all floors below it. (Object libraries hand
# their objects to direct users only, so the floors beneath are linked by name.)
function(rill_link_floor target floor)
  get_property(linked TARGET ${target} PROPERTY RILL_LINKED_FLOORS)
  if(floor IN_LIST linked)
    return()
  endif()
  set_property(TARGET ${target} APPEND PROPERTY RILL_LINKED_FLOORS ${floor})
  target_link_libraries(${target} PRIVATE rill_${floor})
  get_property(below GLOBAL PROPERTY RILL_FLOOR_${floor}_USES)
  foreach(used IN LISTS below)
    rill_link_floor(${target} ${used})
  endforeach()
endfunction()
