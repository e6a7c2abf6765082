#!/usr/bin/env bash
# Makes a gallery of a folder of people for every network in build/models, where the photos,
# the network or the program have changed.
#
#     tools/setup/galleries.sh FOLDER NAME TITLE
#
# They are build/galleries/NAME.humg for facenet and NAME-NETWORK.humg for the others, each
# with a .title beside it, which the page shows.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
[[ $# == 3 ]] || die "usage: tools/setup/galleries.sh FOLDER NAME TITLE"
folder=$1 name=$2 title=$3
[[ $name =~ ^[a-z0-9]+$ ]] || die "the name of a gallery is small letters and digits, not '$name'"
alone

mkdir -p build/galleries
for file in build/galleries/"$name"-*.humg; do
    network=${file#build/galleries/"$name"-}
    [[ -f build/models/${network%.humg}.tflite ]] || rm -f "$file" "${file%.humg}.title" # its network is gone
done
photos=$(find build/native/humshakal "$folder" -type f -print0 | sort -z | xargs -0 sha256sum)
for file in build/models/*.tflite; do
    network=$(basename "$file" .tflite)
    recipe=${file%.tflite}.recipe
    ! is_detector "$recipe" || continue
    gallery=build/galleries/$name-$network.humg
    [[ $network != facenet ]] || gallery=build/galleries/$name.humg
    [[ -f $recipe ]] || recipe=
    key=$(key_of_text "$photos" "$(sha256sum "$file" ${recipe:+"$recipe"} build/models/blazeface-*)")
    if [[ ! -f $gallery ]] || ! stamp_is "gallery-$name-$network" "$key"; then
        say "Making the gallery '$title' for $network (some 10 photos a second) ..."
        HUMSHAKAL_MODELS=build/models build/native/humshakal gallery build "$folder" \
            -o "$gallery" --model "$network" ||
            die "the gallery '$title' could not be made for $network" "The reason is above."
        stamp_set "gallery-$name-$network" "$key"
    fi
    printf '%s\n' "$title" >"${gallery%.humg}.title"
done
