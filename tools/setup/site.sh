#!/usr/bin/env bash
# Lays build/site together: the page, both engines, networks, galleries, samples, notices
# and the manifest. Any static host can serve that folder as it is.
#
#     tools/setup/site.sh [--model NAME]     NAME: the network that the page begins with, of
#                                            build/models; without it, facenet
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/setup/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"
[[ $# == 0 || ($# == 2 && $1 == --model) ]] || die "usage: tools/setup/site.sh [--model NAME]"
alone

first=${2:-facenet}
[[ -f build/models/$first.tflite ]] || die "build/models has no network '$first'" \
    "It has: $(cd build/models && echo *.tflite | sed 's/\.tflite//g')"

engines=(build/wasm-{simd,relaxed}/humshakal-*.{mjs,wasm})
models=(build/models/*.tflite)
galleries=(build/galleries/*.humg)
for file in "${engines[@]}" "${models[@]}" "${galleries[@]}" build/photos/samples/samples.json LICENSE; do
    [[ -f $file ]] || die "$file is missing" "tools/demo.sh --no-serve makes all that the site needs."
done

packages=build/npm/models/node_modules
inputs=$(find web tools/packages.mjs "${engines[@]}" build/models build/galleries build/photos/samples \
    build/photos/presidents/credits.json LICENSE tools/setup/{site.sh,{strip-comments,preload,manifest,licences,files}.mjs} \
    "$packages"/{h5wasm,flatbuffers}/package.json -type f -print0 | sort -z | xargs -0 sha256sum)
key=$(key_of_text "$first" "$inputs")
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
cp "${engines[@]}" "$new/engine"
cp "${galleries[@]}" "$new/galleries"
cp build/photos/samples/* "$new/samples"
for model in "${models[@]}"; do # converted ones carry their recipe inside
    cp "$model" "$new/models"
    [[ ! -f ${model%.tflite}.recipe ]] || cp "${model%.tflite}.recipe" "$new/models"
done
node tools/setup/manifest.mjs "$new" "$first" ||
    die "the manifest could not be written" "The reason is above."
node tools/setup/licences.mjs "$new" ||
    die "the notices of third parties could not be written" "The reason is above."
node tools/setup/files.mjs "$new" ||
    die "the list of the site's files could not be written" "The reason is above."
rm -rf build/site
mv "$new" build/site
stamp_set site "$key"
