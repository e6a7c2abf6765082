#!/usr/bin/env bash
# Lays build/site together: the page, both engines, networks, galleries, samples, notices
# and the manifest. Any static host can serve that folder as it is.
#
#     tools/setup/site.sh [--model NAME] [--gallery NAME]
#
# The page begins with this network of build/models (facenet) and this gallery of
# build/galleries (presidents).
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/setup/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"
first=facenet gallery=presidents
while (($#)); do
    case $1 in
    --model) first=${2:?--model needs the name of a network} ;;
    --gallery) gallery=${2:?--gallery needs the name of a gallery} ;;
    *) die "unknown argument '$1'" "usage: tools/setup/site.sh [--model NAME] [--gallery NAME]" ;;
    esac
    shift 2
done
alone

[[ -f build/models/$first.tflite ]] || die "build/models has no network '$first'" \
    "It has: $(cd build/models && echo *.tflite | sed 's/\.tflite//g')"

engines=(build/wasm-{simd,relaxed}/humshakal-*.{mjs,wasm})
models=(build/models/*.tflite)
galleries=() titles=()
for file in build/galleries/*.humg; do
    list=$(basename "$file" .humg) && list=${list%%-*}
    # Of those with photos from Commons only the one that is asked for.
    [[ $list == "$gallery" || ! -d build/commons/$list ]] || continue
    galleries+=("$file")
    [[ ! -f ${file%.humg}.title ]] || titles+=("${file%.humg}.title")
done
credits=(build/photos/presidents/credits.json)
[[ ! -d build/commons/$gallery/people ]] || credits+=("build/commons/$gallery/people/credits.json")
for file in "${engines[@]}" "${models[@]}" "${galleries[@]}" build/photos/samples/samples.json LICENSE; do
    [[ -f $file ]] || die "$file is missing" "tools/demo.sh --no-serve makes all that the site needs."
done

packages=build/npm/models/node_modules
inputs=$(find web tools/packages.mjs "${engines[@]}" build/models "${galleries[@]}" "${titles[@]}" build/photos/samples \
    "${credits[@]}" LICENSE tools/setup/{site.sh,{strip-comments,preload,manifest,licences,files}.mjs} \
    "$packages"/{h5wasm,flatbuffers,@zip.js/zip.js,libheif-js}/package.json -type f -print0 | sort -z | xargs -0 sha256sum)
key=$(key_of_text "$first" "$gallery" "$inputs")
[[ ! -d build/site ]] || ! stamp_is site "$key" || exit 0

say "Laying the site together (a few seconds) ..."
new=build/site.new
rm -rf "$new"
mkdir -p "$new"/{models,galleries,samples}
cp -R web/. "$new"
find "$new" -name '*.js' -exec node tools/setup/strip-comments.mjs {} + ||
    die "the comments could not be taken out of the scripts" "The reason is above."
node tools/setup/preload.mjs "$new"/*.html ||
    die "the pages' modules could not be listed in them" "The reason is above."
# What the converter of a person's own VGGFace weights needs.
mkdir -p "$new"/engine/convert/packages/{h5wasm,flatbuffers}
cp "$packages"/h5wasm/dist/esm/*.js "$new/engine/convert/packages/h5wasm"
cp "$packages"/flatbuffers/mjs/*.js "$new/engine/convert/packages/flatbuffers"
# What reads HEIC photos where the browser cannot.
mkdir -p "$new/engine/heic"
cp "$packages/libheif-js/libheif-wasm/libheif.wasm" "$new/engine/heic"
{ cat "$packages/libheif-js/libheif-wasm/libheif.js" && echo 'export default libheif;'; } >"$new/engine/heic/libheif.mjs"
# What reads and writes zips of a person's own photos and people.
mkdir -p "$new/page/people/packages"
cp "$packages/@zip.js/zip.js/dist/zip-core.min.js" "$new/page/people/packages"
cp "${engines[@]}" "$new/engine"
cp "${galleries[@]}" "${titles[@]}" "$new/galleries"
cp build/photos/samples/* "$new/samples"
for photo in build/photos/samples/*.jpg; do # what is seen of them before they are chosen
    djpeg -scale 1/4 "$photo" | cjpeg -quality 80 -optimize -outfile "$new/samples/$(basename "$photo" .jpg)-small.jpg" ||
        die "no small picture of $photo could be made" "tools/setup/apt.sh installs djpeg and cjpeg."
done
for model in "${models[@]}"; do # converted ones carry their recipe inside
    cp "$model" "$new/models"
    [[ ! -f ${model%.tflite}.recipe ]] || cp "${model%.tflite}.recipe" "$new/models"
done
node tools/setup/manifest.mjs "$new" "$first" "$gallery" ||
    die "the manifest could not be written" "The reason is above."
node tools/setup/licences.mjs "$new" "${credits[@]}" ||
    die "the notices of third parties could not be written" "The reason is above."
node tools/setup/files.mjs "$new" ||
    die "the list of the site's files could not be written" "The reason is above."
rm -rf build/site
mv "$new" build/site
stamp_set site "$key"
