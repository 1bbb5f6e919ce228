# What runs in production: optimised, asserts on.
set (CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
# CMake would add -DNDEBUG.
set (CMAKE_C_FLAGS_RELWITHDEBINFO "-g")
set (HEIMO_FLAGS -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2)
set (HEIMO_LINK_FLAGS -Wl,-z,relro,-z,now)
