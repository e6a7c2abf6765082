# shellcheck shell=bash
# Paths, messages, stamps and apt for the set-up scripts. Sourced, never run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$ROOT/build
# shellcheck source=tools/setup/versions.sh
. "$ROOT/tools/setup/versions.sh"

say() { printf '%s\n' "$*"; }

# die WHAT-WENT-WRONG WHAT-TO-DO
die() {
    printf '\nerror: %s\n' "$1" >&2
    shift
    (($# == 0)) || printf '  %s\n' "$@" >&2
    exit 1
}

# A command that fails without a reason of its own is still named.
set -E
trap 'printf "\nerror: %s:%s: failed: %s\n" "${BASH_SOURCE[0]#"$ROOT/"}" "$LINENO" "$BASH_COMMAND" >&2' ERR

have() { command -v "$1" >/dev/null 2>&1; }

# version_at_least FOUND WANTED
version_at_least() {
    [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]
}

# --- Stamps: a step is done when its stamp holds the key of its present inputs ----------

key_of_text() { printf '%s\n' "$@" | sha256sum | cut -d ' ' -f 1; }

stamp_is() { [[ -f $BUILD/stamps/$1 && $(<"$BUILD/stamps/$1") == "$2" ]]; }

stamp_set() {
    mkdir -p "$BUILD/stamps"
    printf '%s\n' "$2" >"$BUILD/stamps/$1.new"
    mv "$BUILD/stamps/$1.new" "$BUILD/stamps/$1"
}

# npm_error LOG: the first reason that npm gave, in the spelling of any of its versions.
npm_error() { grep -m 1 -E 'npm (error|ERR!)' "$1" || true; }

is_detector() { [[ -f $1 ]] && grep -qE '^task *= *detector *$' "$1"; } # RECIPE

# jobs: how many compilers may run at once. CMake's own variable is respected.
jobs() { printf '%s\n' "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"; }

# alone: waits until no other set-up works in this tree. Held until the script ends, and
# inherited by the scripts it calls.
alone() {
    [[ -z ${HUM_SETUP_RUNS:-} ]] || return 0
    mkdir -p "$BUILD"
    exec 9>"$BUILD/.lock"
    flock --nonblock 9 || { say "Another set-up works in build/; waiting for it ..." && flock 9; }
    export HUM_SETUP_RUNS=1
}

# let_others: the opposite of alone.
let_others() {
    exec 9>&-
    unset HUM_SETUP_RUNS
}

# need_disk GIGABYTES: stop before a long step rather than in the middle of it.
need_disk() {
    local free
    mkdir -p "$BUILD"
    free=$(df -Pk "$BUILD" | awk 'NR == 2 { print int($4 / 1048576) }')
    ((free >= $1)) || die "only $free GB free where $BUILD lies; this step needs $1 GB" \
        "Free some space, or make build/ a link to a folder on a larger disk."
}

# --- Debian's archive -------------------------------------------------------------------

debian_version() {
    [[ -r /etc/os-release ]] || return 0
    # shellcheck source=/dev/null
    (. /etc/os-release && [[ ${ID:-} == debian ]] && printf '%s\n' "${VERSION_CODENAME:-}")
}

# suite_apt COMMAND ARG...: apt in a root of its own under build/, which reads $SUITE from
# the mirror this machine already uses. The system's own apt settings stay as they are, and
# apt checks every file against the archive's signature.
suite_apt() {
    local root=$BUILD/apt command=$1
    shift
    "$command" -q -o APT::Update::Error-Mode=any -o APT::Sandbox::User=root \
        -o Dir::State="$root/state" -o Dir::Cache="$root/cache" \
        -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$root/sources" "$@"
}

# Writes the private root's source list: the machine's own entry for Debian's main archive
# with the suite replaced, in either of apt's two notations.
suite_sources() {
    local files=(/etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list)
    local file release
    release=$(debian_version)
    for file in "${files[@]}"; do
        [[ -r $file ]] || continue
        if [[ $file == *.sources ]]; then
            grep -v '^#' "$file" | awk -v release="$release" -v suite="$SUITE" '
                BEGIN { RS = ""; FS = "\n" }
                {
                    main = 0; text = ""
                    for (i = 1; i <= NF; i++) {
                        if ($i ~ /^Suites:/) {
                            main = (" " substr($i, 8) " ") ~ (" " release " ")
                            $i = "Suites: " suite
                        }
                        if ($i ~ /^Types:/) $i = "Types: deb deb-src"
                        if ($i ~ /^Components:/) $i = "Components: main"
                        text = text $i "\n"
                    }
                    if (main) { printf "%s", text; exit }
                }' >"$BUILD/apt/sources/suite.sources"
            [[ ! -s $BUILD/apt/sources/suite.sources ]] || return 0
            rm -f "$BUILD/apt/sources/suite.sources"
        else
            sed -nE "s/^deb +((\[[^]]*\] +)?[^ ]+) +$release +.*/deb \1 $SUITE main\ndeb-src \1 $SUITE main/p" \
                "$file" | head -n 2 >"$BUILD/apt/sources/suite.list"
            [[ ! -s $BUILD/apt/sources/suite.list ]] || return 0
            rm -f "$BUILD/apt/sources/suite.list"
        fi
    done
    return 1
}

# suite_open: prepares the private root once a day; later calls cost nothing.
suite_open() {
    local key
    key=$(key_of_text "$SUITE" "$(date +%F)")
    stamp_is apt "$key" && return 0
    mkdir -p "$BUILD/apt"/{sources,state/lists/partial,cache/archives/partial}
    suite_sources || die "no entry for Debian's main archive in /etc/apt" \
        "Expected a line such as 'deb MIRROR $(debian_version) main' or a .sources file."
    say "Reading the package lists of Debian $SUITE (20 MB) ..."
    suite_apt apt-get update >"$BUILD/apt/update.log" 2>&1 ||
        die "the package lists of Debian $SUITE could not be read: $(grep -m 1 '^[EW]:' "$BUILD/apt/update.log")" \
            "Check the network and the mirror in /etc/apt, then run this again." \
            "Everything apt said: $BUILD/apt/update.log"
    stamp_set apt "$key"
}

# suite_fetch FOLDER KIND NAME...: KIND is binary (.deb) or source (upstream's tarball).
suite_fetch() {
    local folder=$1 kind=$2
    shift 2
    local get=(download)
    [[ $kind == binary ]] || get=(source --download-only --tar-only)
    mkdir -p "$folder"
    (cd "$folder" && suite_apt apt-get "${get[@]}" "$@" >fetch.log 2>&1) ||
        die "apt could not fetch $* from Debian $SUITE: $(grep -m 1 '^E:' "$folder/fetch.log")" \
            "Check the network and the mirror in /etc/apt, then run this again." \
            "Everything apt said: $folder/fetch.log"
}
