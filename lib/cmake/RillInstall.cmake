# What `cmake --install` puts where: headers, library, CMake package, pkg-config file, the command,
# what completes it in bash.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rill)
# What is made to be installed. Not in the build folder itself, where find_package looks when its
# bin/ is in PATH.
set(made_dir ${PROJECT_BINARY_DIR}/installed)
install(TARGETS rill EXPORT rillTargets)
set(headers_of_absent_parts "")
if(NOT RILL_BUILD_NODE)
  set(headers_of_absent_parts PATTERN node.h EXCLUDE PATTERN authorizer.h EXCLUDE PATTERN handler.h EXCLUDE PATTERN wire EXCLUDE)
endif()
install(DIRECTORY include/rill TYPE INCLUDE FILES_MATCHING PATTERN *.h ${headers_of_absent_parts})
install(EXPORT rillTargets NAMESPACE rill:: DESTINATION ${package_dir})
install(FILES LICENSE TYPE DOC)

get_target_property(library_type rill TYPE)
if(library_type STREQUAL "STATIC_LIBRARY")
  get_property(static_modules GLOBAL PROPERTY RILL_PKG_CONFIG_PARTS)
  set(static_packages Threads fmt ZLIB PkgConfig)
endif()
configure_package_config_file(lib/cmake/rillConfig.cmake.in ${made_dir}/rillConfig.cmake
  INSTALL_DESTINATION ${package_dir})
# Before 1.0, a minor version may change the API.
write_basic_package_version_file(${made_dir}/rillConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${made_dir}/rillConfig.cmake ${made_dir}/rillConfigVersion.cmake
  DESTINATION ${package_dir})

# pkg-config: what the library links, under the names that pkg-config knows.
function(rill_modules out_modules out_flags)
  set(modules "")
  set(flags "")
  foreach(link IN LISTS ARGN)
    get_property(module GLOBAL PROPERTY RILL_MODULE_${link})
    if(link STREQUAL "PkgConfig::RILL_RDKAFKA")
      # By its name alone: what a static librdkafka would need, pkg-config --static asks for.
      list(APPEND flags -lrdkafka)
    elseif(module)
      list(APPEND modules ${module})
    elseif(link MATCHES "^absl::(.+)$")
      list(APPEND modules absl_${CMAKE_MATCH_1})
    elseif(link STREQUAL "Threads::Threads")
      list(APPEND flags -pthread)
    else()
      message(FATAL_ERROR "rill: no pkg-config name is known for ${link}; "
                          "see RillDependencies.cmake")
    endif()
  endforeach()
  list(JOIN modules ", " modules)
  list(JOIN flags " " flags)
  set(${out_modules} ${modules} PARENT_SCOPE)
  set(${out_flags} ${flags} PARENT_SCOPE)
endfunction()

get_target_property(public_links rill RILL_PUBLIC_LINKS)
get_target_property(private_links rill RILL_PRIVATE_LINKS)
if(library_type STREQUAL "SHARED_LIBRARY")
  rill_modules(pc_requires pc_libs ${public_links})
  rill_modules(pc_requires_private pc_libs_private ${private_links})
else()
  # Only the static library is there, so nobody can link it without its parts: not even those who
  # ask pkg-config without --static.
  rill_modules(pc_requires pc_libs ${public_links} ${private_links})
endif()
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_prefix /${pc_dir} /)
cmake_path(APPEND pc_libdir "\${prefix}" ${CMAKE_INSTALL_LIBDIR})
cmake_path(APPEND pc_includedir "\${prefix}" ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(lib/cmake/rill.pc.in ${made_dir}/rill.pc @ONLY)
install(FILES ${made_dir}/rill.pc DESTINATION ${pc_dir})

# The C interface is a package of its own: whoever uses it needs no C++, and no part of rill's. Its
# ABI stays, so that a newer one serves as well.
if(RILL_BUILD_C)
  set(c_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rill_c)
  install(TARGETS rill_c_library EXPORT rill_cTargets)
  install(EXPORT rill_cTargets FILE rill_cConfig.cmake NAMESPACE rill:: DESTINATION ${c_package_dir})
  write_basic_package_version_file(${made_dir}/rill_cConfigVersion.cmake
    COMPATIBILITY AnyNewerVersion)
  install(FILES ${made_dir}/rill_cConfigVersion.cmake DESTINATION ${c_package_dir})
  configure_file(lib/cmake/rill_c.pc.in ${made_dir}/rill_c.pc @ONLY)
  install(FILES ${made_dir}/rill_c.pc DESTINATION ${pc_dir})
endif()

if(RILL_BUILD_CLI)
  install(TARGETS rill_program)

  # bash-completion looks for a file by the command's name. This one asks the program when bash
  # reads it: here a program that is built for another machine could not be asked.
  set(completions_dir ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  file(RELATIVE_PATH program_from_completions
    ${CMAKE_INSTALL_FULL_DATADIR}/bash-completion/completions ${CMAKE_INSTALL_FULL_BINDIR}/rill)
  file(CONFIGURE OUTPUT ${made_dir}/rill.bash @ONLY CONTENT
    [[eval "$("$(dirname "${BASH_SOURCE[0]}")/@program_from_completions@" completion bash)"
]])
  install(FILES ${made_dir}/rill.bash DESTINATION ${completions_dir} RENAME rill)

  # The prefix is known when it is installed: `cmake --install` may be given another.
  set(programs_dir ${CMAKE_INSTALL_BINDIR})
  if(NOT IS_ABSOLUTE "${programs_dir}")
    set(programs_dir "\${CMAKE_INSTALL_PREFIX}/${programs_dir}")
  endif()
  get_property(kafka_tools GLOBAL PROPERTY RILL_KAFKA_TOOLS)
  foreach(tool IN LISTS kafka_tools)
    install(CODE "file(CREATE_LINK rill
      \"\$ENV{DESTDIR}${programs_dir}/kafka-${tool}\" SYMBOLIC)")
    install(FILES ${made_dir}/rill.bash DESTINATION ${completions_dir}
      RENAME kafka-${tool})
  endforeach()
endif()
