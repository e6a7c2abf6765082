# shellcheck shell=bash
# Sourced: puts emcc, emcmake, emrun and node on the PATH where set-up unpacked them.

_toolchain=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build/toolchain
if [[ -d $_toolchain/emscripten ]]; then
    export PATH="$_toolchain/emscripten/usr/share/emscripten:$PATH"
    export EM_CONFIG="$_toolchain/emscripten/config.py"
    # Version managers put a script before Python, which takes longer than to compile a file.
    if [[ -z ${EMSDK_PYTHON:-} ]]; then
        EMSDK_PYTHON=$(python3 -c 'import sys; print(sys.executable)') && export EMSDK_PYTHON
    fi
fi
if [[ -d $_toolchain/node ]]; then
    export PATH="$_toolchain/node/bin:$PATH"
fi
unset _toolchain
