# To be sourced: xtensa_headers FOLDER sets `xtensa` to the real Xtensa compiler with a C++17 library. Debian has no C++ headers for it:
# GCC's own do, with newlib below instead of glibc, whose definitions stay out.
xtensa_headers() {
    local version
    version=$(g++ -dumpversion)
    mkdir -p "$1/standard/bits"
    : >"$1/standard/bits/os_defines.h"
    xtensa=(xtensa-lx106-elf-g++ -nostdinc++ -isystem "$1/standard" -isystem "/usr/include/c++/$version"
        -isystem "/usr/include/$(gcc -dumpmachine)/c++/$version" -isystem /usr/include/newlib)
}
