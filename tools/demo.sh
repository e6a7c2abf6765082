#!/usr/bin/env bash
# From a fresh checkout to the page: sets up what is missing, builds, makes the demo
# galleries, lays the site together and serves it on this machine.
#
#     tools/demo.sh [--no-serve] [--port 8000] [--model NAME] [--gallery NAME]
#
# --model: the network that the page begins with: facenet (the default), hse-mobilenet, or
# one that tools/fetch-vggface.sh fetches and converts first, such as vggface-resnet50.
#
# --gallery: the gallery that the page begins with: presidents (the default), or the people
# of a list in models/lists, such as bollywood, whose photos come from Wikimedia Commons. The
# first time that takes about half an hour; HUMSHAKAL_CONTACT, a mail or web address of
# yours, is sent to Wikimedia, which asks for one. Where it cannot be had the page begins
# with the presidents. What may not be done with it: node tools/commons.mjs --help
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/setup/lib.sh"
cd "$ROOT"

usage='Usage: tools/demo.sh [--no-serve] [--port 8000] [--model NAME] [--gallery NAME]'
serve=1 port=8000 model=facenet gallery=presidents
while (($#)); do
    case $1 in
    --no-serve) serve=0 ;;
    --port) port=${2:?--port needs a number} && shift ;;
    --port=*) port=${1#*=} ;;
    --model) model=${2:?--model needs the name of a network} && shift ;;
    --model=*) model=${1#*=} ;;
    --gallery) gallery=${2:?--gallery needs the name of a gallery} && shift ;;
    --gallery=*) gallery=${1#*=} ;;
    -h | --help) sed -nE '2,/^set/s/^# ?//p' "$0" && exit 0 ;;
    *) die "unknown argument '$1'" "$usage" ;;
    esac
    shift
done
[[ $port =~ ^[0-9]+$ ]] || die "--port needs a number, found '$port'"
[[ $model =~ ^[a-z0-9-]+$ ]] || die "--model needs a name, found '$model'" "$usage"

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
lists=$(cd models/lists && echo presidents && ls | sed -nE 's/^([a-z0-9]+)\.json$/\1/p')
[[ $'\n'$lists$'\n' == *$'\n'$gallery$'\n'* ]] ||
    die "there is no gallery '$gallery' to begin with" "There are: ${lists//$'\n'/, }"
if [[ $gallery != presidents && -z ${HUMSHAKAL_CONTACT:-} && ! -d build/commons/$gallery/people ]]; then
    say "Wikimedia asks who it is that fetches photos. To get the gallery '$gallery', stop this and type"
    say "  HUMSHAKAL_CONTACT=you@example.org tools/demo.sh --gallery $gallery"
fi

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

# Galleries for every network: people can switch in the page.
tools/setup/galleries.sh build/photos/presidents presidents 'Presidents of the United States'
if [[ $gallery != presidents ]]; then
    say "Getting the photos of the gallery '$gallery' from Wikimedia Commons ..."
    node tools/commons.mjs "$gallery" --no-gallery ||
        say "The photos are not complete: the reason is above. Running this again goes on from there."
    folder=build/commons/$gallery
    if [[ -d $folder/people ]]; then
        tools/setup/galleries.sh "$folder/people" "$gallery" "$(<"$folder/title")"
    else
        say "There is no gallery '$gallery' yet, so the page begins with the presidents."
        gallery=presidents
    fi
fi

tools/setup/site.sh --model "$model" --gallery "$gallery"
let_others

say "The site is ready in build/site ($(du -sh build/site | cut -f 1))."
((serve)) || exit 0
exec node tools/serve.mjs build/site --port "$port"
