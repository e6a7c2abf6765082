#!/usr/bin/env bash
# From a fresh checkout to the page: sets up what is missing, builds, makes the demo
# galleries, lays the site together and serves it on this machine.
#
#     tools/demo.sh [--no-serve] [--port 8000] [--model NAME]
#
# --model: the network that the page begins with: facenet (the default), hse-mobilenet, or
# one that tools/fetch-vggface.sh fetches and converts first, such as vggface-resnet50.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/setup/lib.sh"
cd "$ROOT"

usage='Usage: tools/demo.sh [--no-serve] [--port 8000] [--model NAME]'
serve=1 port=8000 model=facenet
while (($#)); do
    case $1 in
    --no-serve) serve=0 ;;
    --port) port=${2:?--port needs a number} && shift ;;
    --port=*) port=${1#*=} ;;
    --model) model=${2:?--model needs the name of a network} && shift ;;
    --model=*) model=${1#*=} ;;
    -h | --help) sed -nE '2,/^set/s/^# ?//p' "$0" && exit 0 ;;
    *) die "unknown argument '$1'" "$usage" ;;
    esac
    shift
done
[[ $port =~ ^[0-9]+$ ]] || die "--port needs a number, found '$port'"
[[ $model =~ ^[a-z0-9-]+$ ]] || die "--model needs a name, found '$model'" "$usage"

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

if [[ ! -f build/models/$model.tflite ]]; then
    [[ $model == vggface-* ]] || die "there is no network '$model'" \
        "build/models has: $(cd build/models && echo *.tflite | sed 's/\.tflite//g')"
    tools/fetch-vggface.sh "$model"
fi

# A gallery of presidents for every embedder: people can switch in the page.
mkdir -p build/galleries
for file in build/galleries/presidents-*.humg; do
    name=${file#build/galleries/presidents-}
    [[ -f build/models/${name%.humg}.tflite ]] || rm -f "$file" # its network is gone
done
photos=$(find build/native/humshakal build/photos/presidents -type f -print0 | sort -z | xargs -0 sha256sum)
for file in build/models/*.tflite; do
    name=$(basename "$file" .tflite)
    recipe=${file%.tflite}.recipe
    [[ ! -f $recipe ]] || ! grep -q '^task = detector$' "$recipe" || continue
    gallery=build/galleries/presidents-$name.humg
    [[ $name != facenet ]] || gallery=build/galleries/presidents.humg
    [[ -f $recipe ]] || recipe=
    key=$(key_of_text "$photos" "$(sha256sum "$file" ${recipe:+"$recipe"} build/models/blazeface-*)")
    if [[ ! -f $gallery ]] || ! stamp_is "gallery-$name" "$key"; then
        say "Making the gallery of presidents for $name (some 10 seconds) ..."
        build/native/humshakal gallery build build/photos/presidents -o "$gallery" --model "$name" ||
            die "the gallery of presidents could not be made" "The reason is above."
        stamp_set "gallery-$name" "$key"
    fi
done

tools/setup/site.sh --model "$model"
let_others

say "The site is ready in build/site ($(du -sh build/site | cut -f 1))."
((serve)) || exit 0
exec node tools/serve.mjs build/site --port "$port"
