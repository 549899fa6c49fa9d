#!/usr/bin/env bash
# ports.sh FOLDER: holds ports/esp32 and app to the declarations of the platform (stubs/, see ports/esp32/README.md): as for
# arduino-esp32 2.0.17, with this computer's compiler and with a real Xtensa one, whose sizes are the chip's; and as for IDF 5.
# Syntax and types only: what the platform then does, it does not know. FOLDER takes what the Xtensa compiler needs.
set -euo pipefail
out=$(realpath -m "${1:?usage: ports.sh FOLDER}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. host/xtensa.sh
xtensa_headers "$out"
given=(-fsyntax-only -std=gnu++17 -Wall -Wextra -Werror -I . -I core -I ports -isystem test/stubs)
while IFS= read -r flag; do given+=(-D "$flag"); done < <(
    sed -nE 's/^ *-D ([A-Z_]+=[^ ]+)$/\1/p' platformio.ini | sed 's/\\"/"/g' | sort -u -t= -k1,1)
for source in ports/esp32/*.cpp app/*.cpp; do
    g++ "${given[@]}" "$source"
    g++ "${given[@]}" -D ESP_IDF_VERSION_MAJOR=5 "$source"
    "${xtensa[@]}" -fno-exceptions "${given[@]}" "$source"
done
