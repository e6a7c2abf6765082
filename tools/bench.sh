#!/usr/bin/env bash
# Measures this engine beside its peers, in one Chromium, in turns.
#
#     tools/bench.sh [PART...] [--runs N] [--json FILE]
#     tools/bench.sh photo --runs 40 --json build/bench.json
#
# --list names the parts; without one, all are run. Sets up and builds what is missing,
# the peers from npm among it. Exit code 0: measured; 2: wrong use or a part that failed.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/setup/lib.sh"
cd "$ROOT"

for argument in "$@"; do
    case $argument in
    -h | --help) sed -nE '2,/^set/s/^# ?//p' "$0" && exit 0 ;;
    esac
done

alone
tools/demo.sh --no-serve
tools/setup/tests.sh
# shellcheck source=tools/setup/env.sh
. tools/setup/env.sh

key=$(key_of_text "$(<tests/package-lock.json)")
if ! stamp_is npm-bench "$key"; then
    need_disk 1
    say "Installing the peers (about 60 MB, a minute) ..."
    mkdir -p build/npm/bench
    cp tests/package.json tests/package-lock.json build/npm/bench/
    npm --prefix build/npm/bench ci --omit=dev --ignore-scripts --no-audit --no-fund \
        --loglevel=error >build/npm/bench.log 2>&1 ||
        die "npm could not install the peers: $(grep -m 1 'npm error' build/npm/bench.log)" \
            "Check the network, then run this again." "Everything npm said: build/npm/bench.log"
    stamp_set npm-bench "$key"
fi
let_others

exec node tools/bench/run.mjs "$@"
