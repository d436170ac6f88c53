# The version stands in include/rill/version.h alone: programs read it there, and so does the build.
set(version_header ${CMAKE_CURRENT_LIST_DIR}/../../include/rill/version.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${version_header})
file(STRINGS ${version_header} version_lines REGEX "^#define RILL_VERSION")

set(numbers "")
foreach(part MAJOR MINOR PATCH)
  if(NOT version_lines MATCHES "RILL_VERSION_${part} ([0-9]+)")
    message(FATAL_ERROR "rill: ${version_header} does not define RILL_VERSION_${part}")
  endif()
  list(APPEND numbers ${CMAKE_MATCH_1})
endforeach()
list(JOIN numbers "." RILL_VERSION)
if(NOT version_lines MATCHES "RILL_VERSION \"${RILL_VERSION}\"")
  message(FATAL_ERROR "rill: in ${version_header}, RILL_VERSION is not \"${RILL_VERSION}\", "
                      "which is what its three numbers say")
endif()

# The version of the C interface's ABI stands in include/rill/c.h alone.
set(c_header ${CMAKE_CURRENT_LIST_DIR}/../../include/rill/c.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${c_header})
file(STRINGS ${c_header} abi_line REGEX "^#define RILL_C_ABI_VERSION [0-9]+$")
if(NOT abi_line MATCHES "([0-9]+)$")
  message(FATAL_ERROR "rill: ${c_header} does not define RILL_C_ABI_VERSION")
endif()
set(RILL_C_ABI_VERSION ${CMAKE_MATCH_1})
