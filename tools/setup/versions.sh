# shellcheck shell=bash disable=SC2034
# Every version that set-up depends on. Sourced, never run.

# The Debian release whose archive holds the third-party sources and Emscripten below.
SUITE=trixie

# The C and C++ compiler of the native build, and the code generator behind Emscripten.
CLANG_VERSION=19

# The oldest emcc that may be used from the PATH: older ones lack relaxed-SIMD intrinsics.
EMSCRIPTEN_MINIMUM=3.1.69

# Node.js: the oldest that will do, and what is fetched where the system's is older: the npm
# packages node-linux-ARCH and npm, with the sha512 of their tarballs.
NODE_MINIMUM=20
NODE_VERSION=20.20.2
NODE_SHA512_x64=3de1d033cc007661ed640d66068732819c6ce4b8945adb097b3413901774898f7cecaa46ac3d4edad544c9dbcc662b9771e45a9f1b7bae34e70c407038fba3a1
NODE_SHA512_arm64=2c25c99cd4c58b21ae601c36819488e4e04531b92300fb7cb2a0ff34aad6a04d90983812b9b4ea16783a19a349f4427c1e9c413067165a96db72ce15a3e0a71a
NPM_VERSION=10.8.2
NPM_SHA512=c7f0088c520a46596b85c6f8f1da943400199748a0f7ea8cb8df75469668dc26f6fb3ba26df87e2884a5ebe91557292d0f3db7d0929cdb4f14910c3032ac81fb

# NAME, Debian source package, short commit in that package's version, git repository, commit.
# Debian's packages and the git commits are the same upstream trees.
SOURCES=(
    "XNNPACK xnnpack 4ea82e5 https://github.com/google/XNNPACK.git 4ea82e595b36106653175dcb04b2aa532660d0d8"
    "pthreadpool pthreadpool 560c60d https://github.com/Maratyszcza/pthreadpool.git 560c60d342a76076f0557a3946924c6478470044"
    "FXdiv fxdiv b408327 https://github.com/Maratyszcza/FXdiv.git b408327ac2a15ec3e43352421954f5b1967701d1"
    "FP16 fp16 4dfe081 https://github.com/Maratyszcza/FP16.git 4dfe081cf6bcd15db339cf2680b9281b8451eeb3"
    "stb libstb 5c20573 https://github.com/nothings/stb.git 5c205738c191bcb0abc65c4febfa9bd25ff35234"
)

# cpuinfo comes as Debian's binary packages (its source package is not kept by every mirror).
CPUINFO_PACKAGES=(libcpuinfo-dev libcpuinfo0)
CPUINFO_SHORT=39ea79a
CPUINFO_GIT=https://github.com/pytorch/cpuinfo.git
CPUINFO_COMMIT=39ea79a3c132f4e678695c579ea9353d2bd29968
