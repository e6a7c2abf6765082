#!/usr/bin/env bash
# Fetches a published VGGFace network (the keras-vggface project's weights) and converts it.
#
#     tools/fetch-vggface.sh NAME [--dtype int8|f16|f32] [--people]
#
# NAME                  the published file                       bytes, about
#   vggface-resnet50      rcmalli_vggface_tf_notop_resnet50.h5      95 million
#   vggface-senet50       rcmalli_vggface_tf_notop_senet50.h5      105 million
#   vggface-vgg16         rcmalli_vggface_tf_notop_vgg16.h5         59 million
#   vggface-vgg16-fc7     rcmalli_vggface_tf_vgg16.h5              580 million
#
# --people: take the file with top, and make a gallery of the names it was trained on too,
# build/galleries/NAME-people.humg. There are no photos in it. To leave out those who
# ask for it, make it again: humshakal gallery from-classifier --help
#
# The model is written to build/models/NAME.tflite. The project published no checksums: the
# sha256 of the first download is written to models/vggface.sha256 and must match ever after.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/setup/lib.sh"
cd "$ROOT"

address=https://github.com/rcmalli/keras-vggface/releases/download/v2.0
sums=models/vggface.sha256
downloads=$BUILD/downloads

usage() { sed -nE '2,/^set/s/^# ?//p' "$0"; }

name='' dtype=int8 people=0
while (($#)); do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --dtype) dtype=${2:?--dtype needs int8, f16 or f32} && shift ;;
    --people) people=1 ;;
    -*) die "unknown argument '$1'" "See tools/fetch-vggface.sh --help" ;;
    *) [[ -z $name ]] || die "one NAME at a time, found '$name' and '$1'" && name=$1 ;;
    esac
    shift
done
case $name in
vggface-resnet50 | vggface-senet50 | vggface-vgg16) network=${name#vggface-} layer=pool ;;
vggface-vgg16-fc7) network=vgg16 layer=fc7 ;;
'') usage >&2 && exit 2 ;;
*) die "there is no network '$name'" "See tools/fetch-vggface.sh --help" ;;
esac
# The classifier of VGG-16 works on fc7.
[[ $people == 0 || $name != vggface-vgg16 ]] || die "--people needs vggface-vgg16-fc7" \
    "The classes of VGG-16 are directions of fc7, not of the pooled features."
labels=rcmalli_vggface_labels_v2.npy
[[ $network != vgg16 ]] || labels=rcmalli_vggface_labels_v1.npy
weights=rcmalli_vggface_tf_notop_$network.h5
((people == 0)) && [[ $layer == pool ]] || weights=rcmalli_vggface_tf_$network.h5

by_hand() { # FILE
    printf '%s\n  ' "Download $address/$1" "by other means, put it at $downloads/$1" \
        "and run this again."
}

# HDF5 knows its own length: bytes 40 to 47 of the superblock versions 0 and 1, where the
# published files have it. Fails with the reason.
check_hdf5() { # FILE
    local start version stored size
    start=$(od -An -tx1 -N 9 "$1" | tr -d ' \n')
    if [[ $start != 894844460d0a1a0a* ]]; then
        printf 'it is not an HDF5 file (it begins with %s)\n' "${start:-nothing}"
        return 1
    fi
    version=$((16#${start:16:2}))
    ((version <= 1)) || return 0
    size=$(stat -c %s "$1")
    stored=$(od -An -tu8 -j $((version ? 44 : 40)) -N 8 "$1" | tr -d ' \n')
    if [[ $stored != "$size" ]]; then
        printf 'it has %s bytes, and by its own header %s\n' "$size" "${stored:-none}"
        return 1
    fi
}

# What curl's exit codes mean for a person.
curl_reason() { # CODE
    case $1 in
    5 | 6) echo "the name of the server could not be resolved (no network, or a proxy is needed)" ;;
    7) echo "the server could not be reached" ;;
    22) echo "the server does not have the file" ;;
    18 | 28 | 52 | 56 | 92) echo "the connection broke; what has arrived is kept" ;;
    23) echo "the file could not be written; is the disk full?" ;;
    35 | 51 | 58 | 60 | 77) echo "the secure connection failed; is the clock right, are ca-certificates installed?" ;;
    *) echo "curl ended with code $1" ;;
    esac
}

# Downloads, continuing what an earlier run began.
download() { # FILE
    local part=$downloads/$1.part code=0
    have curl || die "curl is needed to download $1" "Install it (apt-get install curl), or:" \
        "$(by_hand "$1")"
    say "Downloading $1 ..."
    curl --fail --location --continue-at - --retry 4 --retry-connrefused --connect-timeout 20 \
        --speed-limit 1000 --speed-time 60 --output "$part" --progress-bar \
        "$address/$1" || code=$?
    # 33: the server cannot continue; begin again.
    if ((code == 33)); then
        rm -f "$part"
        code=0
        curl --fail --location --output "$part" --progress-bar "$address/$1" || code=$?
    fi
    ((code == 0)) || die "$1 could not be downloaded: $(curl_reason "$code")" "Try again, or:" \
        "$(by_hand "$1")"
    mv "$part" "$downloads/$1"
}

known_sum() { # FILE
    [[ -f $sums ]] || return 0
    awk -v file="$1" '$2 == file { print $1 }' "$sums"
}

sum_of() { sha256sum "$downloads/$1" | cut -d ' ' -f 1; } # FILE

# Downloads unless it is there, and checks it.
obtain() { # FILE
    local sum known reason
    mkdir -p "$downloads"
    [[ -f $downloads/$1 ]] || download "$1"
    if [[ $1 == *.h5 ]] && ! reason=$(check_hdf5 "$downloads/$1"); then
        die "$downloads/$1 is no good: $reason" "Remove it and run this again, or:" "$(by_hand "$1")"
    fi
    known=$(known_sum "$1")
    [[ -n $known ]] || return 0
    sum=$(sum_of "$1")
    [[ $known == "$sum" ]] || die "$1 is not the file that was used before" "sha256   $sum" \
        "expected $known ($sums)" "Remove $downloads/$1 and run this again; if the" \
        "published file has really changed, take its line out of $sums."
}

# Called once the file has proved to be what it should be.
remember() { # FILE
    local sum
    [[ -z $(known_sum "$1") ]] || return 0
    sum=$(sum_of "$1")
    printf '%s  %s\n' "$sum" "$1" >>"$sums"
    say "First use of $1: its sha256 is now in $sums ($sum)."
}

model=$BUILD/models/$name.tflite
vectors=$BUILD/models/$name-people.npy gallery=$BUILD/galleries/$name-people.humg
program=$BUILD/native/humshakal
((people == 0)) || [[ -x $program ]] || die "$program is missing, which makes the gallery" \
    "tools/demo.sh --no-serve builds it."

[[ -d $BUILD/npm/models/node_modules/h5wasm ]] || tools/setup/models.sh
files=("$weights")
((people == 0)) || files+=("$labels")
for file in "${files[@]}"; do obtain "$file"; done
mkdir -p "$BUILD/models"
convert=(node tools/convert.mjs "$downloads/$weights" -o "$model"
    --dtype "$dtype" --layer "$layer")
if ((people)); then
    convert+=(--labels "$downloads/$labels" --classifier "$vectors")
fi
say "Converting (some seconds) ..."
before=
[[ ! -f $model ]] || before=$(sha256sum <"$model")
"${convert[@]}"
for file in "${files[@]}"; do remember "$file"; done
if ((people)); then
    mkdir -p "$BUILD/galleries"
    "$program" gallery from-classifier "$vectors" -o "$gallery" --model "$model"
    say 'People the network was trained on' >"${gallery%.humg}.title"
elif [[ -f $gallery && $before != "$(sha256sum <"$model")" ]]; then
    say "$gallery was made with the model before and does not fit any more:" \
        "remove it, or make it again with --people."
fi
