#!/usr/bin/env bash
# Measures this engine beside its peers, in one Chromium, in turns.
#
#     tools/bench.sh [PART...] [--runs N] [--only NETWORK] [--json FILE] [--chart FILE.svg]
#     tools/bench.sh network --only resnet50 --runs 40 --json build/bench.json
#
# --list names the parts; without one, all are run. --only takes the networks whose name,
# such as resnet50-int8, contains the text. --chart draws the parts network and photo.
# Sets up and builds what is missing, the peers from npm among it. Exit code 0: measured;
# 2: wrong use or a part that failed.
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
let_others

exec node tools/bench/run.mjs "$@"
