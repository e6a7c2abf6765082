#!/usr/bin/env bash
# Sets up and builds what the tests need, then runs them.
#
#     tools/test.sh                 everything
#     tools/test.sh c js            some groups; --list names them
#     tools/test.sh tests/photo.test.mjs
#                                   one file
#
# The last line is the sum over all runners: "N passed, N failed". Exit code 0: none failed.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/setup/lib.sh"
cd "$ROOT"

GROUPS_LIST="c        tests/c natively, with address and undefined-behaviour sanitizers
wasm     tests/c as WebAssembly in Node, with and without relaxed SIMD
js       tests/*.test.mjs in Node, on the real engine and networks
e2e      those tests/*.test.mjs that drive a browser
browser  tests/browser.html in Chromium, through emrun
fuzz     tests/fuzz: the inputs that are kept, and some seconds of new ones each"

groups=() files=()
for argument in "$@"; do
    case $argument in
    --list) say "$GROUPS_LIST" && exit 0 ;;
    -h | --help) sed -nE '2,/^set/s/^# ?//p' "$0" && exit 0 ;;
    c | wasm | js | e2e | browser | fuzz) groups+=("$argument") ;;
    *.test.mjs)
        [[ -f $argument ]] || die "there is no file $argument"
        files+=("$argument")
        ;;
    *) die "unknown argument '$argument'" "tools/test.sh --list names the groups." ;;
    esac
done
((${#groups[@]} + ${#files[@]})) || groups=(c wasm js e2e browser fuzz)

alone
tools/demo.sh --no-serve
tools/setup/tests.sh
[[ " ${groups[*]} " != *" c "* && " ${groups[*]} " != *" wasm "* ]] || tools/setup/build.sh --tests
tools/setup/site.sh
let_others
# shellcheck source=tools/setup/env.sh
. tools/setup/env.sh

# A failing test must not end the script: every runner reports, and the sum is the verdict.
trap - ERR
set +e
passed=0 failed=0
results=$BUILD/test-results
mkdir -p "$results"

heading() { printf '\n== %s ==\n' "$*"; }

# count RUNNER PASSED FAILED STATUS: a runner that fails without a failed test counts as one.
count() {
    local runner=$1 p=${2:-0} f=${3:-0} status=$4
    if ((status != 0 && f == 0)); then
        f=1
        say "$runner ended with status $status and no failed test: counted as one failure"
    elif ((p + f == 0)); then
        f=1
        say "$runner ran no test at all: counted as one failure"
    fi
    passed=$((passed + p)) failed=$((failed + f))
}

run_ctest() {
    local tree=$1 junit=$results/$1.xml status
    heading "C tests, $tree"
    rm -f "$junit"
    ctest --test-dir "build/$tree" --output-on-failure -j "$(jobs)" --timeout 600 \
        --no-tests=error --output-junit "$junit"
    status=$?
    local total bad
    total=$(grep -oE -m 1 'tests="[0-9]+"' "$junit" | tr -dc 0-9)
    bad=$(grep -oE -m 1 'failures="[0-9]+"' "$junit" | tr -dc 0-9)
    count "ctest of $tree" "$((${total:-0} - ${bad:-0}))" "$bad" "$status"
}

# run_node NAME FILE...
run_node() {
    local name=$1 tap=$results/$1.tap status
    shift
    heading "node --test, $name"
    # The limit is for what hangs, of a test or a whole file: the others are then still run.
    node --test --test-timeout=900000 --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=tap --test-reporter-destination="$tap" "$@"
    status=$?
    number() { sed -nE "s/^# $1 ([0-9]+)$/\1/p" "$tap" | tail -n 1; }
    count "node --test $name" "$(number pass)" "$(($(number fail) + $(number cancelled)))" "$status"
}

# emrun returns the page's own exit code; the page's last words are its sum.
run_browser() {
    heading "tests/browser.html in Chromium"
    local log=$results/browser.log status sum sandbox=
    ((EUID != 0)) || sandbox=--no-sandbox # Chromium has none for root
    emrun --browser "${CHROMIUM:-chromium}" --browser-args="--headless=new $sandbox \
--disable-gpu --disable-background-networking --disable-component-update --disable-sync \
--no-first-run --user-data-dir=$results/browser-profile" \
        --hostname 127.0.0.1 --port 0 --serve-root "$ROOT" --kill-exit --timeout 600 \
        --timeout-returncode 99 tests/browser.html 2>&1 | tee "$log" | grep --line-buffered -v ':ERROR:dbus/'
    status=${PIPESTATUS[0]}
    sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
    count "the browser" "$(cut -d ' ' -f 1 <<<"$sum")" "$(cut -d ' ' -f 3 <<<"$sum")" "$status"
}

# New inputs are others each time, so what they find may be older than the change at hand.
run_fuzz() {
    heading "tests/fuzz, with sanitizers"
    local log=$results/fuzz.log status sum
    tools/fuzz.sh --seconds 5 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
    count "tools/fuzz.sh" "$(cut -d ' ' -f 1 <<<"$sum")" "$(cut -d ' ' -f 3 <<<"$sum")" "$status"
}

in_browser() { grep -lE "lib/(browser|page)\.mjs" "$@"; }
in_node() { grep -LE "lib/(browser|page)\.mjs" "$@"; }
mapfile -t scripts < <(find tests -name '*.test.mjs' | sort)

for group in "${groups[@]}"; do
    case $group in
    c) run_ctest native ;;
    wasm)
        run_ctest wasm-simd
        run_ctest wasm-relaxed
        ;;
    js) mapfile -t chosen < <(in_node "${scripts[@]}") && run_node js "${chosen[@]}" ;;
    e2e) mapfile -t chosen < <(in_browser "${scripts[@]}") && run_node e2e "${chosen[@]}" ;;
    browser) run_browser ;;
    fuzz) run_fuzz ;;
    esac
done
((${#files[@]} == 0)) || run_node files "${files[@]}"

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
