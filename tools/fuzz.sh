#!/usr/bin/env bash
# Runs the fuzzing targets of tests/fuzz, with address and undefined-behaviour sanitizers.
#
#     tools/fuzz.sh                     every target for a minute
#     tools/fuzz.sh photo gallery       some of them
#     tools/fuzz.sh net --seconds 600   for so long each
#     tools/fuzz.sh --runs 10000000     for so many inputs each; with --seconds, what ends first
#     tools/fuzz.sh --coverage          which lines the inputs found so far reach
#
# Targets: engine gallery net photo recipe tflite. What they find new is kept in
# build/fuzz/corpus/TARGET, and the next run goes on from there. An input that fails is
# written to build/fuzz/found; once it is understood, it belongs into
# tests/fuzz/corpus/TARGET, which every run begins with.
#
# The last line is the sum over targets: "N passed, N failed". Exit code 0: none failed.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/setup/lib.sh"
cd "$ROOT"

all=(engine gallery net photo recipe tflite)
# The longest input of each: as small as it can be with all that its format has.
declare -A longest=([engine]=512 [gallery]=16384 [net]=3072 [photo]=1536 [recipe]=2048 [tflite]=3072)
# The files whose lines --coverage counts.
declare -A files=(
    [engine]='src/*.c'
    [gallery]='src/gallery.c src/search.c src/projection.c'
    [net]='src/tflite.c src/net.c src/run.c src/winograd.c'
    [photo]='src/decode.c src/image.c src/resample.c build/deps/stb/stb_image.h'
    [recipe]='src/recipe.c'
    [tflite]='src/tflite.c')

usage() { sed -nE '2,/^set/s/^# ?//p' "$0"; }
needs_number() { [[ ${2:-} =~ ^[0-9]+$ ]] || die "$1 needs a number" "tools/fuzz.sh --help"; }

targets=() limits=() coverage=
while (($#)); do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --seconds) needs_number "$@" && limits+=(-max_total_time="$2") && shift ;;
    --runs) needs_number "$@" && limits+=(-runs="$2") && shift ;;
    --coverage) coverage=1 ;;
    *)
        [[ -n ${longest[$1]:-} ]] || die "there is no target '$1'" "There are: ${all[*]}"
        targets+=("$1")
        ;;
    esac
    shift
done
((${#targets[@]})) || targets=("${all[@]}")
((${#limits[@]})) || limits=(-max_total_time=60)

# Freed memory is kept from reuse, but not so much of it that every input gets fresh pages.
export ASAN_OPTIONS=quarantine_size_mb=16:malloc_context_size=8

fuzz=$BUILD/fuzz corpus=$BUILD/fuzz/corpus found=$BUILD/fuzz/found
clang=clang-$CLANG_VERSION

# configure TREE OPTION...
configure() {
    local tree=$1 log=$1.log
    shift
    [[ -f $tree/build.ninja ]] || CC=$clang CXX=clang++-$CLANG_VERSION cmake -G Ninja -B "$tree" "$@" >"$log" 2>&1 ||
        die "CMake cannot configure $tree: $(grep -A 3 -m 1 'CMake Error' "$log" || tail -n 1 "$log")" \
            "Everything CMake said: $log"
}

# build TREE NINJA-TARGET...
build() {
    local tree=$1 log=$1.log
    shift
    ninja -C "$tree" -j "$(jobs)" "$@" >"$log" 2>&1 ||
        die "$tree does not build: $(grep -m 1 'error' "$log")" "Everything ninja said: $log"
}

# build_targets TREE OPTION...: XNNPACK is not compiled again; it is that of the native build.
build_targets() {
    configure "$BUILD/native"
    build "$BUILD/native" XNNPACK
    configure "$@" -DHUM_FUZZ=ON -DHUM_TESTS=OFF -DHUM_TOOLS=OFF -DHUM_WERROR=ON -DHUM_XNNPACK="$BUILD/native"
    build "$1" "${all[@]/#/fuzz-}"
}

first_inputs() {
    build "$fuzz" fuzz-seeds
    mkdir -p "$found" "${all[@]/#/$corpus/}"
    "$fuzz/fuzz-seeds" "$corpus"
    cp models/*.recipe "$corpus/recipe"
    cp tests/fixtures/pictures/*.{jpg,png} "$corpus/photo"
}

# inputs TARGET: the folders of its inputs; new ones are written to the first.
inputs() {
    printf '%s\n' "$corpus/$1"
    [[ ! -d tests/fuzz/corpus/$1 ]] || printf '%s\n' "tests/fuzz/corpus/$1"
}

# stat LOG NAME
stat() { sed -nE "s/^stat::$2: +([0-9]+)$/\1/p" "$1"; }

# run TARGET: one line of the table. 1 if something was found.
run() {
    local target=$1 log=$fuzz/$1.log options=() folders status=0 seconds
    [[ ! -f tests/fuzz/$target.dict ]] || options=(-dict="tests/fuzz/$target.dict")
    mapfile -t folders < <(inputs "$target")
    seconds=$SECONDS
    "$fuzz/fuzz-$target" "${limits[@]}" -max_len="${longest[$target]}" -timeout=20 -rss_limit_mb=4096 \
        -print_final_stats=1 -artifact_prefix="$found/$target-" "${options[@]}" "${folders[@]}" \
        >"$log" 2>&1 || status=$?
    seconds=$((SECONDS - seconds))
    local runs edges what=nothing
    ((status == 0)) || what='see below'
    runs=$(stat "$log" number_of_executed_units)
    edges=$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1 | tr -dc 0-9)
    printf '%-8s %12s %8d %10d %8s %8d   %s\n' "$target" "${runs:-?}" "$seconds" \
        $((${runs:-0} / (seconds + !seconds))) "${edges:-?}" "$(find "$corpus/$target" -type f | wc -l)" "$what"
    ((status == 0)) && return
    local input
    input=$(sed -nE 's/.*Test unit written to (.+)$/\1/p' "$log" | tail -n 1)
    grep -E -m 3 'not so:|ERROR: |runtime error:|SUMMARY: ' "$log" | sed 's/^/    /' || true
    printf '%s\n' "    input:     ${input#"$ROOT/"}" "    again:     ${fuzz#"$ROOT/"}/fuzz-$target ${input#"$ROOT/"}" \
        "    whole log: ${log#"$ROOT/"}"
    return 1
}

show_coverage() {
    local target profile=$BUILD/fuzz-coverage/profile folders
    for target in "${targets[@]}"; do
        mapfile -t folders < <(inputs "$target")
        LLVM_PROFILE_FILE=$profile.raw "$BUILD/fuzz-coverage/fuzz-$target" -runs=0 "${folders[@]}" \
            >"$fuzz/coverage.log" 2>&1 || die "an input of $target fails" "See $fuzz/coverage.log."
        "llvm-profdata-$CLANG_VERSION" merge -o "$profile" "$profile.raw"
        # Columns: file, regions (3), functions (3), lines, missed, share, branches (3).
        # shellcheck disable=SC2086
        "llvm-cov-$CLANG_VERSION" report "$BUILD/fuzz-coverage/fuzz-$target" -instr-profile="$profile" \
            ${files[$target]} | awk -v target="$target" '$1 ~ /\.[ch]$/ {
                sub(".*/", "", $1)
                printf "%-8s %-14s %4d of %4d lines  %s\n", target, $1, $8 - $9, $8, $10 }'
    done
}

alone
tools/setup/apt.sh --tests
tools/setup/sources.sh
say "Building ..."
build_targets "$fuzz"
first_inputs
if [[ $coverage ]]; then
    build_targets "$BUILD/fuzz-coverage" -DHUM_SANITIZE=OFF \
        -DCMAKE_C_FLAGS='-fprofile-instr-generate -fcoverage-mapping -mllvm -system-headers-coverage'
    let_others
    show_coverage
    exit 0
fi
let_others

passed=0 failed=0
printf '%-8s %12s %8s %10s %8s %8s   %s\n' target executions seconds 'a second' edges inputs found
for target in "${targets[@]}"; do
    if run "$target"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
printf '\n%d passed, %d failed\n' "$passed" "$failed"
exit $((failed > 0))
