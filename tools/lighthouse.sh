#!/usr/bin/env bash
# Asks Lighthouse, as on a slow phone, about the pages of build/site.
#
#     tools/lighthouse.sh [PAGE.html...] [--runs N] [--details]
#
# Prints each page's scores, of N runs the median, and what cost points. Without a page, all
# of them. Sets up and builds what is missing, Lighthouse from npm among it. Exit code 0:
# accessibility and best practices have 100 everywhere; 1: not; 2: wrong use. Performance
# depends on the machine and on what else it does, so it is only printed.
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
tools/setup/apt.sh --tests
# shellcheck source=tools/setup/env.sh
. tools/setup/env.sh
key=$(key_of_text "$(<tools/lighthouse/package-lock.json)")
if ! stamp_is npm-lighthouse "$key"; then
    need_disk 1
    say "Installing Lighthouse (about 150 MB, a minute) ..."
    mkdir -p build/npm/lighthouse
    cp tools/lighthouse/package.json tools/lighthouse/package-lock.json build/npm/lighthouse/
    npm --prefix build/npm/lighthouse ci --ignore-scripts --no-audit --no-fund --loglevel=error \
        >build/npm/lighthouse.log 2>&1 ||
        die "npm could not install Lighthouse: $(npm_error build/npm/lighthouse.log)" \
            "Check the network, then run this again." "Everything npm said: build/npm/lighthouse.log"
    stamp_set npm-lighthouse "$key"
fi
let_others

exec node tools/lighthouse/run.mjs "$@"
