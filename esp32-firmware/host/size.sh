#!/usr/bin/env bash
# size.sh FOLDER: compiles the core with a real Xtensa compiler, as it is built for the chip (no exceptions, no RTTI,
# no operating system), into FOLDER, and tells how much flash and memory it takes.
set -euo pipefail
out=$(realpath -m "${1:?usage: size.sh FOLDER}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. host/xtensa.sh
xtensa_headers "$out"
objects=()
while IFS= read -r source; do
    object=$out/${source//\//_}.o
    "${xtensa[@]}" -std=c++17 -Os -mlongcalls -ffunction-sections -fdata-sections -fno-exceptions -fno-rtti -fno-threadsafe-statics \
        -Wall -Wextra -Wpedantic -Werror -Icore -c "$source" -o "$object"
    objects+=("$object")
done < <(find core -name '*.cpp' | sort)
# The scanner itself has no heap: its size is that of one object.
cat >"$out/instance.cpp" <<'TEXT'
#include "scanner.h"
alignas(scanner::Scanner) char instance[sizeof(scanner::Scanner)];
TEXT
"${xtensa[@]}" -std=c++17 -Os -fno-exceptions -fno-rtti -Icore -c "$out/instance.cpp" -o "$out/instance.o"
if xtensa-lx106-elf-nm -C "${objects[@]}" | grep -E ' U (malloc|free|operator new|__cxa_throw|__cxa_allocate)'; then
    echo "the core must not use the heap or exceptions" >&2
    exit 1
fi
flash=$(xtensa-lx106-elf-size "${objects[@]}" | awk 'NR > 1 { n += $1 + $2 } END { print n }')
memory=$(xtensa-lx106-elf-size "$out/instance.o" | awk 'NR > 1 { print $2 + $3 }')
echo "core on Xtensa: $flash bytes of flash, $memory bytes of memory"
