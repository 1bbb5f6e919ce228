# Compiler settings and the libraries, all from Debian 12.
set (CMAKE_C_STANDARD 17)
set (CMAKE_C_STANDARD_REQUIRED ON)
set (CMAKE_C_EXTENSIONS OFF)
set (CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_package (PkgConfig REQUIRED)
find_package (Threads REQUIRED)
find_package (ICU 72 REQUIRED COMPONENTS uc i18n)
foreach (library libzmq libprotobuf-c libevent libevent_pthreads libpq talloc jansson libsodium cmocka libbrotlienc zlib)
  pkg_check_modules (${library} REQUIRED IMPORTED_TARGET ${library})
endforeach ()

# Flags of every target, our code and generated code.
add_library (heimo_flags INTERFACE)
target_compile_options (heimo_flags INTERFACE ${HEIMO_FLAGS})
target_link_options (heimo_flags INTERFACE ${HEIMO_LINK_FLAGS})
target_compile_definitions (heimo_flags INTERFACE _GNU_SOURCE HEIMO_VERSION="${PROJECT_VERSION}")
target_include_directories (heimo_flags INTERFACE ${CMAKE_SOURCE_DIR}/common ${CMAKE_SOURCE_DIR}
                            ${CMAKE_BINARY_DIR}/gen)

# Warnings of our own code: all errors.
add_library (heimo_warnings INTERFACE)
target_compile_options (heimo_warnings INTERFACE -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes
                        -Wmissing-prototypes -Wundef -Wvla -Wwrite-strings -Wno-missing-field-initializers)
