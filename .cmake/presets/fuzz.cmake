# libFuzzer targets (clang only), with the sanitizers.
set (CMAKE_C_COMPILER clang CACHE STRING "" FORCE)
set (CMAKE_BUILD_TYPE Debug CACHE STRING "" FORCE)
set (HEIMO_FUZZ ON)
set (HEIMO_FLAGS -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
set (HEIMO_LINK_FLAGS -fsanitize=address,undefined)
