#!/usr/bin/env bash
# Makes sure there is a Node.js that is new enough. Debian 12's is not; then one is
# fetched with npm into build/toolchain/node, where env.sh finds it.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tools/setup/env.sh
. "$(dirname "$0")/env.sh"

have npm || die "npm is missing" "Install Node.js $NODE_MINIMUM or newer with npm."
found=$(node --version 2>/dev/null || true)
! version_at_least "${found#v}" "$NODE_MINIMUM" || exit 0

case $(uname -sm) in
"Linux x86_64") arch=x64 sha512=$NODE_SHA512_x64 ;;
"Linux aarch64") arch=arm64 sha512=$NODE_SHA512_arm64 ;;
*) die "Node.js here is ${found:-missing}; $NODE_MINIMUM or newer is needed" "Install a newer Node.js." ;;
esac

say "Node.js here is ${found:-missing}; fetching $NODE_VERSION with npm (45 MB) ..."
folder=$BUILD/toolchain/node
rm -rf "$folder" "$folder.new"
mkdir -p "$folder.new"
cd "$folder.new"

# fetch PACKAGE VERSION SHA512 FOLDER
fetch() {
    local tarball=$1-$2.tgz
    npm pack --loglevel=error "$1@$2" >npm.log 2>&1 ||
        die "npm could not fetch $1 $2: $(grep -m 1 -E 'npm (error|ERR!)' npm.log || true)" \
            "Check the network, or install Node.js $NODE_MINIMUM or newer yourself."
    sha512sum --status -c <<<"$3  $tarball" ||
        die "$tarball is not the file that tools/setup/versions.sh names" \
            "expected sha512 $3" "found    $(sha512sum "$tarball" | cut -d ' ' -f 1)"
    mkdir -p "$4"
    tar -xzf "$tarball" -C "$4" --strip-components=1
    rm "$tarball" npm.log
}

fetch "node-linux-$arch" "$NODE_VERSION" "$sha512" .
# Its own npm too: Debian 12's cannot read lock files with overrides.
fetch npm "$NPM_VERSION" "$NPM_SHA512" lib/node_modules/npm
ln -s ../lib/node_modules/npm/bin/npm-cli.js bin/npm
cd "$ROOT"
mv "$folder.new" "$folder"
say "Node.js $("$folder/bin/node" --version) is ready in ${folder#"$ROOT/"}."
