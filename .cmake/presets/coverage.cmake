# Line and branch coverage, read by gcovr.
set (CMAKE_BUILD_TYPE Debug CACHE STRING "" FORCE)
set (HEIMO_FLAGS -O0 -g --coverage)
set (HEIMO_LINK_FLAGS --coverage)
