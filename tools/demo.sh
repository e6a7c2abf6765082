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

is_detector() { [[ -f $1 ]] && grep -qE '^task *= *detector *$' "$1"; } # RECIPE

# The networks that there are, and those that can be fetched.
networks() {
    local file
    for file in models/*.recipe build/models/*.tflite; do
        if [[ -f $file ]] && ! is_detector "${file%.*}.recipe"; then basename "${file%.*}"; fi
    done
    sed -nE 's/^#   (vggface-[a-z0-9-]+) .*/\1/p' tools/fetch-vggface.sh
}
known=$(networks | sort -u)
[[ $'\n'$known$'\n' == *$'\n'$model$'\n'* ]] ||
    die "there is no network '$model' to begin with" "There are: ${known//$'\n'/, }"

alone
tools/setup/apt.sh
tools/setup/node.sh
# shellcheck source=tools/setup/env.sh
. tools/setup/env.sh
tools/setup/sources.sh
tools/setup/emscripten.sh
. tools/setup/env.sh # once more: now Emscripten is there
tools/setup/models.sh
[[ -f build/models/$model.tflite ]] || tools/fetch-vggface.sh "$model" ||
    die "the demo cannot begin with $model: the network is not there" \
        "What to do is above. Without --model the demo begins with facenet."
tools/setup/build.sh

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
    ! is_detector "$recipe" || continue
    gallery=build/galleries/presidents-$name.humg
    [[ $name != facenet ]] || gallery=build/galleries/presidents.humg
    [[ -f $recipe ]] || recipe=
    key=$(key_of_text "$photos" "$(sha256sum "$file" ${recipe:+"$recipe"} build/models/blazeface-*)")
    if [[ ! -f $gallery ]] || ! stamp_is "gallery-$name" "$key"; then
        say "Making the gallery of presidents for $name (some 10 seconds) ..."
        HUMSHAKAL_MODELS=build/models build/native/humshakal gallery build build/photos/presidents \
            -o "$gallery" --model "$name" ||
            die "the gallery of presidents for $name could not be made" "The reason is above."
        stamp_set "gallery-$name" "$key"
    fi
done

tools/setup/site.sh --model "$model"
let_others

say "The site is ready in build/site ($(du -sh build/site | cut -f 1))."
((serve)) || exit 0
exec node tools/serve.mjs build/site --port "$port"
