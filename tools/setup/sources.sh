#!/usr/bin/env bash
# Puts the third-party C sources into build/deps: from Debian's archive, where apt checks
# their signatures, or by git, where the full commit hash does.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"

key=$(key_of_text "${SOURCES[@]}" "${CPUINFO_PACKAGES[@]}" "$CPUINFO_COMMIT" "$(<"$0")")
stamp_is sources "$key" && exit 0

deps=$BUILD/deps
new=$BUILD/deps.new
rm -rf "$new"
mkdir -p "$new"

# Debian's tarballs differ in whether they have a top folder.
unpack() {
    local tarball=$1 folder=$2 top
    mkdir -p "$folder.tmp"
    tar -xf "$tarball" -C "$folder.tmp"
    top=("$folder.tmp"/*)
    if ((${#top[@]} == 1)) && [[ -d ${top[0]} ]]; then
        mv "${top[0]}" "$folder" && rm -rf "$folder.tmp"
    else
        mv "$folder.tmp" "$folder"
    fi
}

from_debian() {
    local line name package short names=() tarball deb
    suite_open
    for line in "${SOURCES[@]}"; do
        read -r _ package _ <<<"$line"
        names+=("$package")
    done
    suite_fetch "$new/files" source "${names[@]}"
    for line in "${SOURCES[@]}"; do
        read -r name package short _ <<<"$line"
        tarball=("$new/files/${package}_"*"$short"*.orig.tar.*)
        [[ -f ${tarball[0]} ]] || die "Debian $SUITE has another version of $package than $short" \
            "Set SOURCES_BY_GIT=1 to fetch the exact commits by git instead."
        unpack "${tarball[0]}" "$new/$name"
    done
    suite_fetch "$new/files" binary "${CPUINFO_PACKAGES[@]}"
    for package in "${CPUINFO_PACKAGES[@]}"; do
        deb=("$new/files/${package}_"*"$CPUINFO_SHORT"*.deb)
        [[ -f ${deb[0]} ]] || die "Debian $SUITE has another version of $package than $CPUINFO_SHORT" \
            "Set SOURCES_BY_GIT=1 to fetch the exact commits by git instead."
        dpkg-deb -x "${deb[0]}" "$new/cpuinfo"
    done
    rm -rf "$new/files"
}

by_git() {
    local line name repository commit
    have git || die "git is missing" "Install git, or use a Debian system, where apt fetches the sources."
    for line in "${SOURCES[@]}" "cpuinfo - - $CPUINFO_GIT $CPUINFO_COMMIT"; do
        read -r name _ _ repository commit <<<"$line"
        say "  $name"
        git init -q "$new/$name"
        git -C "$new/$name" fetch -q --depth 1 "$repository" "$commit" ||
            die "git could not fetch $name at $commit from $repository" "Check the network."
        git -C "$new/$name" checkout -q FETCH_HEAD
        rm -rf "$new/$name/.git"
    done
}

if [[ -z ${SOURCES_BY_GIT:-} && -n $(debian_version) ]] && have apt-get; then
    say "Fetching third-party sources from Debian $SUITE (25 MB, half a minute) ..."
    from_debian
else
    say "Fetching third-party sources by git (about 100 MB, a few minutes) ..."
    by_git
fi

rm -rf "$deps"
mv "$new" "$deps"
stamp_set sources "$key"
