#!/usr/bin/env bash
# Installs the Debian packages that a build needs, and only those that are missing.
# With --tests, also those that only the tests need.
set -euo pipefail
# shellcheck source=tools/setup/lib.sh
. "$(dirname "$0")/lib.sh"

machine=$(uname -m)
libraries=/usr/lib/$machine-linux-gnu
resources=/usr/lib/llvm-$CLANG_VERSION/lib/clang/$CLANG_VERSION

# package, the program or file that shows it is there, what it is for
wanted=(
    "clang-$CLANG_VERSION|clang-$CLANG_VERSION|compiles the library, natively and for WebAssembly"
    "lld-$CLANG_VERSION|wasm-ld-$CLANG_VERSION|links the WebAssembly"
    "llvm-$CLANG_VERSION|llvm-ar-$CLANG_VERSION|archives object files"
    "libc6-dev|/usr/include/stdio.h|the C library's headers"
    "libjansson-dev|/usr/include/jansson.h|reads and writes the command line's JSON"
    "libwebp-dev|$libraries/libwebpdemux.so|lets the command line read WebP photos"
    "libheif-dev|$libraries/libheif.so|lets the command line read HEIC photos"
    "libavif-dev|$libraries/libavif.so|lets the command line read AVIF photos"
    "cmake|cmake|configures the build"
    "ninja-build|ninja|runs the build"
    "python3|python3|runs Emscripten's driver and the small web server"
    "xz-utils|xz|unpacks sources"
    "libjpeg-turbo-progs|djpeg|makes the small pictures of the sample photos"
    "ca-certificates|/etc/ssl/certs/ca-certificates.crt|lets npm check its server"
    "nodejs|node|runs the tools written in JavaScript"
    "npm|npm|fetches models, photos and test tools"
)
test_wanted=(
    "libclang-rt-$CLANG_VERSION-dev|$resources/lib/linux/libclang_rt.asan-$machine.a|address and undefined-behaviour sanitizers"
    "chromium|chromium|runs the tests of the page"
    "firefox-esr|firefox-esr|runs the main ones of them once more"
    "webp|dwebp|makes WebP test photos, and turns them into PNG"
    "libheif-examples|heif-enc|makes HEIC test photos"
    "libavif-bin|avifenc|makes AVIF test photos"
    "libimage-exiftool-perl|exiftool|reads the sidecars that the page writes"
    "python3-numpy|/usr/lib/python3/dist-packages/numpy/__init__.py|writes pickles for the tests"
    "fonts-lohit-deva|/usr/share/fonts/truetype/lohit-devanagari|draws the page in Hindi"
)
[[ ${1:-} != --tests ]] || wanted+=("${test_wanted[@]}")

packages=()
list=
for line in "${wanted[@]}"; do
    IFS='|' read -r package proof purpose <<<"$line"
    if [[ $proof == /* ]]; then
        [[ ! -e $proof ]] || continue
    elif have "$proof"; then
        continue
    fi
    packages+=("$package")
    list+=$(printf '\n  %-22s %s' "$package" "$purpose")
done
((${#packages[@]})) || exit 0

have apt-get || die "missing: ${packages[*]}, and this system has no apt to install them" \
    "Install what gives these programs with your system's own package manager:${list}"
((EUID == 0)) || die "missing packages, and only root may install them:${list}" \
    "As root: apt-get update && apt-get install --no-install-recommends ${packages[*]}"

say "Installing ${#packages[@]} packages (a minute or two):${list}"
mkdir -p "$BUILD"
log=$BUILD/apt-install.log
export DEBIAN_FRONTEND=noninteractive
apt-get -q update >"$log" 2>&1 ||
    die "apt-get update failed: $(grep -m 1 '^E:' "$log")" "Check the network and /etc/apt." "Log: $log"
# From Debian 13 on heif-enc's encoder is a package of its own, which is only recommended.
if [[ " ${packages[*]} " == *" libheif-examples "* ]] &&
    apt-cache -q show libheif-plugin-x265 >>"$log" 2>&1; then
    packages+=(libheif-plugin-x265)
fi
apt-get -q install -y --no-install-recommends "${packages[@]}" >>"$log" 2>&1 ||
    die "apt-get install failed: $(grep -m 1 '^E:' "$log")" \
        "Debian 12 or newer is expected; this is $(. /etc/os-release && echo "${PRETTY_NAME:-unknown}")." \
        "Log: $log"
