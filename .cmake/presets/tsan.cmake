# The threaded parts under the thread sanitizer.
set (CMAKE_BUILD_TYPE Debug CACHE STRING "" FORCE)
set (HEIMO_FLAGS -O1 -g -fno-omit-frame-pointer -fsanitize=thread)
set (HEIMO_LINK_FLAGS -fsanitize=thread)
