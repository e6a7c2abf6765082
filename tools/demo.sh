#!/usr/bin/env bash
# From a fresh checkout to the page: sets up what is missing, builds, makes the demo
# gallery, lays the site together and serves it on this machine.
#
#     tools/demo.sh [--no-serve] [--port 8000]
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/setup/lib.sh"
cd "$ROOT"

serve=1 port=8000
while (($#)); do
    case $1 in
    --no-serve) serve=0 ;;
    --port) port=${2:?--port needs a number} && shift ;;
    --port=*) port=${1#*=} ;;
    -h | --help) sed -nE '2,/^set/s/^# ?//p' "$0" && exit 0 ;;
    *) die "unknown argument '$1'" "Usage: tools/demo.sh [--no-serve] [--port 8000]" ;;
    esac
    shift
done
[[ $port =~ ^[0-9]+$ ]] || die "--port needs a number, found '$port'"

alone
tools/setup/apt.sh
tools/setup/node.sh
# shellcheck source=tools/setup/env.sh
. tools/setup/env.sh
tools/setup/sources.sh
tools/setup/emscripten.sh
. tools/setup/env.sh # once more: now Emscripten is there
tools/setup/models.sh
tools/setup/build.sh

gallery=build/galleries/presidents.humg
key=$(key_of_text "$(find build/native/humshakal build/models build/photos/presidents -type f -print0 |
    sort -z | xargs -0 sha256sum)")
if [[ ! -f $gallery ]] || ! stamp_is gallery-presidents "$key"; then
    say "Making the gallery of presidents (some 10 seconds) ..."
    mkdir -p build/galleries
    build/native/humshakal gallery build build/photos/presidents -o "$gallery" ||
        die "the gallery of presidents could not be made" "The reason is above."
    stamp_set gallery-presidents "$key"
fi

tools/setup/site.sh
let_others

say "The site is ready in build/site ($(du -sh build/site | cut -f 1))."
((serve)) || exit 0
exec node tools/serve.mjs build/site --port "$port"
