#!/usr/bin/env bash
# Makes sure there is an Emscripten new enough for relaxed SIMD. One on the PATH is used as
# it is. Otherwise Debian's package is unpacked into build/toolchain, without touching the
# system: its programs run on the newer C library that is unpacked beside them.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"

key=$(key_of_text "$SUITE" "$CLANG_VERSION" "$EMSCRIPTEN_MINIMUM" "$(<"$0")")
toolchain=$BUILD/toolchain

emcc_version() { "$1" --version 2>/dev/null | sed -nE '1s/.* ([0-9]+\.[0-9]+\.[0-9]+).*/\1/p'; }

# What this script unpacked earlier may be on the PATH too; that is for the stamp to judge.
if have emcc && [[ $(command -v emcc) != "$toolchain"/* ]]; then
    found=$(emcc_version emcc)
    if version_at_least "${found:-0}" "$EMSCRIPTEN_MINIMUM"; then
        say "Using the Emscripten $found of $(command -v emcc)."
        rm -rf "$toolchain/emscripten"
        exit 0
    fi
    say "The emcc on the PATH is ${found:-unreadable}; $EMSCRIPTEN_MINIMUM or newer is needed."
fi

stamp_is emscripten "$key" && exit 0
if [[ -z $(debian_version) ]] || ! have apt-get; then
    die "no Emscripten $EMSCRIPTEN_MINIMUM or newer on the PATH, and this is not a Debian system" \
        "Install emsdk, or your system's emscripten package, then run this again."
fi
need_disk 5

say "Fetching Emscripten from Debian $SUITE (260 MB, unpacked 1.6 GB; about 2 minutes) ..."
suite_open
new=$toolchain/emscripten.new
rm -rf "$new"
mkdir -p "$new"
suite_fetch "$new/files" binary emscripten binaryen libc6 libstdc++6 libgcc-s1 node-acorn
for deb in "$new/files"/*.deb; do
    dpkg-deb -x "$deb" "$new"
    rm "$deb" # the disk need not hold both
done
mv "$new/files/fetch.log" "$toolchain/emscripten-fetch.log"
rmdir "$new/files"

# Binaryen is the only compiled part: one wrapper per program starts it with the unpacked
# dynamic linker. The final folder's name is written into them.
final=$toolchain/emscripten
loader=$(cd "$new" && find usr -name 'ld-linux-*.so.*' -print -quit)
libraries=$(cd "$new" && find usr/lib -name 'libstdc++.so.6' -printf '%h' -quit)
[[ -n $loader && -n $libraries ]] || die "the unpacked C library has no dynamic linker" \
    "Looked in $new. Remove it and run this again; if it stays so, use emsdk."
mkdir -p "$new/binaryen/bin"
for program in "$new"/usr/bin/wasm*; do
    name=$(basename "$program")
    printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' \
        "$final/$loader" "$final/$libraries" "$final/usr/bin/$name" >"$new/binaryen/bin/$name"
    chmod +x "$new/binaryen/bin/$name"
done

emscripten=usr/share/emscripten
mkdir -p "$new/$emscripten/node_modules"
ln -sfn "$final/usr/share/nodejs/acorn" "$new/$emscripten/node_modules/acorn"

cat >"$new/config.py" <<EOF
LLVM_ROOT = '$("llvm-config-$CLANG_VERSION" --bindir)'
BINARYEN_ROOT = '$final/binaryen'
NODE_JS = '$(command -v node)'
CACHE = '$final/$emscripten/cache'
FROZEN_CACHE = True
EOF

rm -rf "$final"
mv "$new" "$final"
found=$(EM_CONFIG=$final/config.py emcc_version "$final/$emscripten/emcc")
[[ -n $found ]] || die "the unpacked emcc does not start" \
    "Try: EM_CONFIG=$final/config.py $final/$emscripten/emcc --version"
version_at_least "$found" "$EMSCRIPTEN_MINIMUM" ||
    die "Debian $SUITE has Emscripten $found; $EMSCRIPTEN_MINIMUM or newer is needed" "Install emsdk."
stamp_set emscripten "$key"
say "Emscripten $found is ready in ${final#"$ROOT/"}."
