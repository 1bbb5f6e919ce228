# What the tests run: address and undefined-behaviour sanitizers, no recovery.
set (CMAKE_BUILD_TYPE Debug CACHE STRING "" FORCE)
set (HEIMO_FLAGS -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all)
set (HEIMO_LINK_FLAGS -fsanitize=address,undefined)
