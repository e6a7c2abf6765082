#!/usr/bin/env bash
# Configures and builds the three CMake trees: build/native, build/wasm-simd and
# build/wasm-relaxed.   --tests: also the C tests, with warnings as errors.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/setup/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"
alone

options=()
native=humshakal-cli wasm=web
if [[ ${1:-} == --tests ]]; then
    options=(-DHUM_WERROR=ON)
    native=all wasm=all
fi

# build_tree NAME TARGET [PREFIX...]
build_tree() {
    local tree=build/$1 target=$2 log=build/$1.log
    shift 2
    if [[ ! -f $tree/build.ninja ]]; then
        need_disk 1
        say "Building $tree for the first time (2 to 5 minutes on 2 cores) ..."
    fi
    if [[ ! -f $tree/build.ninja || ${#options[@]} -gt 0 ]]; then
        "$@" cmake -G Ninja -B "$tree" "${options[@]}" "${extra[@]}" >"$log" 2>&1 ||
            die "CMake cannot configure $tree: $(grep -A 3 -m 1 'CMake Error' "$log" || tail -n 1 "$log")" \
                "Everything CMake said: $log" "If the tree is stale: rm -r $tree"
    fi
    if [[ -t 1 ]]; then
        ninja -C "$tree" -j "$(jobs)" "$target"
    else
        ninja -C "$tree" -j "$(jobs)" --quiet "$target"
    fi || die "$tree does not build" "The first error is above. To see more: ninja -C $tree -v $target"
}

extra=()
build_tree native "$native"
have emcc || die "emcc is not on the PATH" "tools/setup/emscripten.sh puts it there."
# A tree remembers its compiler: one of another Emscripten is begun anew.
key=$(key_of_text "$(command -v emcc)" "$(emcc --version | head -n 1)")
if ! stamp_is wasm-compiler "$key"; then
    rm -rf build/wasm-simd build/wasm-relaxed
    stamp_set wasm-compiler "$key"
fi
extra=(-DHUM_RELAXED_SIMD=OFF)
build_tree wasm-simd "$wasm" emcmake
extra=(-DHUM_RELAXED_SIMD=ON)
build_tree wasm-relaxed "$wasm" emcmake
