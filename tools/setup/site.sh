#!/usr/bin/env bash
# Lays build/site together: the page, both engines, networks, galleries, samples, notices
# and the manifest. Any static host can serve that folder as it is.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/setup/env.sh
. "$(dirname "$0")/env.sh"
cd "$ROOT"
alone

engines=(build/wasm-{simd,relaxed}/humshakal-*.{mjs,wasm})
models=(build/models/*.tflite)
galleries=(build/galleries/*.humg)
for file in "${engines[@]}" "${models[@]}" "${galleries[@]}" build/photos/samples/samples.json LICENSE; do
    [[ -f $file ]] || die "$file is missing" "tools/demo.sh --no-serve makes all that the site needs."
done

inputs=$(find web tools/convert "${engines[@]}" build/models build/galleries build/photos/samples \
    build/photos/presidents/credits.json LICENSE tools/setup/{site.sh,manifest.mjs,licences.mjs} \
    -type f -print0 | sort -z | xargs -0 sha256sum)
key=$(key_of_text "$inputs")
[[ ! -d build/site ]] || ! stamp_is site "$key" || exit 0

say "Laying the site together (a few seconds) ..."
new=build/site.new
rm -rf "$new"
mkdir -p "$new"/{engine,models,galleries,samples}
cp -R web/. "$new"
cp -R tools/convert "$new/convert" # the page can convert a person's own VGGFace weights
cp "${engines[@]}" "$new/engine"
cp "${galleries[@]}" "$new/galleries"
cp build/photos/samples/* "$new/samples"
for model in "${models[@]}"; do
    recipe=${model%.tflite}.recipe
    [[ -f $recipe ]] || die "$model has no $(basename "$recipe") beside it" "Its source is models/."
    cp "$model" "$recipe" "$new/models"
done
node tools/setup/licences.mjs "$new/licences.html" ||
    die "the notices of third parties could not be written" "The reason is above."
node tools/setup/manifest.mjs "$new" ||
    die "the manifest could not be written" "The reason is above."
rm -rf build/site
mv "$new" build/site
stamp_set site "$key"
