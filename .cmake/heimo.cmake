# The few build verbs that the folders use.

# heimo_library (NAME SOURCES file… LIBRARIES target…): a static library of our own code.
function (heimo_library name)
  cmake_parse_arguments (arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library (${name} STATIC ${arg_SOURCES})
  target_link_libraries (${name} PUBLIC heimo_flags ${arg_LIBRARIES} PRIVATE heimo_warnings)
endfunction ()

# heimo_program (NAME SOURCES file… LIBRARIES target…): a program in build/…/bin.
function (heimo_program name)
  cmake_parse_arguments (arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable (${name} ${arg_SOURCES})
  target_link_libraries (${name} PRIVATE heimo_flags heimo_warnings ${arg_LIBRARIES})
  set_target_properties (${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction ()

# heimo_test (NAME SOURCES file… LIBRARIES target… [LABELS label…]): a cmocka program run by ctest. Labels: unit
# (default), service (needs PostgreSQL), slow.
function (heimo_test name)
  cmake_parse_arguments (arg "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable (${name} ${arg_SOURCES})
  target_link_libraries (${name} PRIVATE heimo_flags heimo_warnings ${arg_LIBRARIES} PkgConfig::cmocka)
  set_target_properties (${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test (NAME ${name} COMMAND ${name})
  if (NOT arg_LABELS)
    set (arg_LABELS unit)
  endif ()
  set_tests_properties (${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 300
    ENVIRONMENT "HEIMO_SOURCE_DIR=${CMAKE_SOURCE_DIR};HEIMO_BUILD_DIR=${CMAKE_BINARY_DIR}")
endfunction ()

# heimo_fuzz (NAME SOURCES file… LIBRARIES target… CORPUS folder): a libFuzzer target, built by the fuzz preset only.
function (heimo_fuzz name)
  if (NOT HEIMO_FUZZ)
    return ()
  endif ()
  cmake_parse_arguments (arg "" "CORPUS" "SOURCES;LIBRARIES" ${ARGN})
  add_executable (${name} ${arg_SOURCES})
  target_link_libraries (${name} PRIVATE heimo_flags heimo_warnings ${arg_LIBRARIES})
  target_link_options (${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties (${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction ()
