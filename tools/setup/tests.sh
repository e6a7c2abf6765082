#!/usr/bin/env bash
# What only the tests need: Chromium, Firefox and sanitizers from Debian, the packages of
# tests/package-lock.json (the peers of tools/bench.sh among them), and the test photos.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/setup/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"
alone

tools/setup/apt.sh --tests
tools/setup/models.sh --tests

key=$(key_of_text "$(<tests/package-lock.json)")
if ! stamp_is npm-tests "$key"; then
    need_disk 1
    say "Installing the packages of the tests (about 60 MB, a minute) ..."
    mkdir -p build/npm/tests
    cp tests/package.json tests/package-lock.json build/npm/tests/
    npm --prefix build/npm/tests ci --ignore-scripts --no-audit --no-fund --loglevel=error \
        >build/npm/tests.log 2>&1 ||
        die "npm could not install the packages of the tests: $(npm_error build/npm/tests.log)" \
            "Check the network, then run this again." "Everything npm said: build/npm/tests.log"
    stamp_set npm-tests "$key"
fi
