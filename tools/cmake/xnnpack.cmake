# XNNPACK and what it stands on, as static libraries: XNNPACK, pthreadpool, and the header
# libraries fxdiv, fp16, stb. Upstream's own CMakeLists has no branch for Emscripten, so
# this reads the same source lists that it reads.

foreach(_name XNNPACK pthreadpool FXdiv FP16 stb cpuinfo)
    string(TOUPPER ${_name} _upper)
    set(${_upper}_SOURCE_DIR ${PROJECT_SOURCE_DIR}/build/deps/${_name} CACHE PATH
        "Where ${_name} lies")
    if(NOT IS_DIRECTORY ${${_upper}_SOURCE_DIR} AND NOT (EMSCRIPTEN AND _name STREQUAL cpuinfo))
        message(FATAL_ERROR "${${_upper}_SOURCE_DIR} does not exist.\n"
            "Run tools/setup/sources.sh, or give the folder by -D${_upper}_SOURCE_DIR=.")
    endif()
endforeach()

# Upstream's build lists every file once; files that nothing refers to are dropped by the
# linker, one section per function.
add_library(third-party INTERFACE)
target_compile_options(third-party INTERFACE
    -O2 -w # others' code: their warnings are not ours to mend
    -ffunction-sections -fdata-sections
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)
target_compile_definitions(third-party INTERFACE _GNU_SOURCE=1 FXDIV_USE_INLINE_ASSEMBLY=0)
target_include_directories(third-party INTERFACE
    ${FXDIV_SOURCE_DIR}/include ${FP16_SOURCE_DIR}/include)

add_library(stb INTERFACE)
target_include_directories(stb SYSTEM INTERFACE ${STB_SOURCE_DIR})

# --- pthreadpool -------------------------------------------------------------------------

# add_pool(NAME FILE...)
function(add_pool name)
    set(_files ${ARGN})
    list(TRANSFORM _files REPLACE "(.+)" "${PTHREADPOOL_SOURCE_DIR}/src/\\1.c")
    add_library(${name} STATIC ${_files})
    target_include_directories(${name} PUBLIC ${PTHREADPOOL_SOURCE_DIR}/include
        PRIVATE ${PTHREADPOOL_SOURCE_DIR}/src)
    target_compile_definitions(${name} PRIVATE
        PTHREADPOOL_USE_FUTEX=$<OR:$<BOOL:${EMSCRIPTEN}>,$<PLATFORM_ID:Linux>>
        PTHREADPOOL_USE_CONDVAR=$<NOT:$<OR:$<BOOL:${EMSCRIPTEN}>,$<PLATFORM_ID:Linux>>>
        PTHREADPOOL_USE_GCD=0 PTHREADPOOL_USE_EVENT=0 PTHREADPOOL_USE_CPUINFO=0
        PTHREADPOOL_USE_FASTPATH=$<IN_LIST:fastpath,${ARGN}>)
    target_link_libraries(${name} PRIVATE third-party)
endfunction()

set(_threads legacy-api portable-api memory pthreads)
if(EMSCRIPTEN)
    add_pool(pthreadpool legacy-api shim) # the same interface, run in the caller's thread
    add_pool(pthreadpool-threads ${_threads})
    target_compile_options(pthreadpool-threads PRIVATE -pthread)
else()
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|aarch64|arm64")
        list(APPEND _threads fastpath)
    endif()
    add_pool(pthreadpool ${_threads})
    find_package(Threads REQUIRED)
    target_link_libraries(pthreadpool PUBLIC Threads::Threads)
endif()

# --- cpuinfo: which instructions this machine has; WebAssembly has no such question --------

if(EMSCRIPTEN)
    add_library(cpuinfo INTERFACE)
elseif(EXISTS ${CPUINFO_SOURCE_DIR}/CMakeLists.txt)
    set(CPUINFO_LIBRARY_TYPE static CACHE STRING "")
    foreach(_part BUILD_TOOLS BUILD_UNIT_TESTS BUILD_MOCK_TESTS BUILD_BENCHMARKS)
        set(CPUINFO_${_part} OFF CACHE BOOL "")
    endforeach()
    add_subdirectory(${CPUINFO_SOURCE_DIR} ${CMAKE_BINARY_DIR}/cpuinfo EXCLUDE_FROM_ALL)
else()
    # Debian's binary package, unpacked: a shared library, found again through the rpath
    # that CMake gives to what it links.
    find_library(CPUINFO_LIBRARY cpuinfo REQUIRED NO_DEFAULT_PATH
        PATHS ${CPUINFO_SOURCE_DIR}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
    add_library(cpuinfo SHARED IMPORTED)
    set_target_properties(cpuinfo PROPERTIES IMPORTED_LOCATION ${CPUINFO_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${CPUINFO_SOURCE_DIR}/usr/include)
endif()

# --- XNNPACK, compiled already -------------------------------------------------------------

if(HUM_XNNPACK)
    add_library(XNNPACK STATIC IMPORTED)
    set_target_properties(XNNPACK PROPERTIES
        IMPORTED_LOCATION ${HUM_XNNPACK}/${CMAKE_STATIC_LIBRARY_PREFIX}XNNPACK.a)
    target_include_directories(XNNPACK SYSTEM INTERFACE ${XNNPACK_SOURCE_DIR}/include)
    target_link_libraries(XNNPACK INTERFACE pthreadpool cpuinfo m)
    return()
endif()

# --- XNNPACK: upstream's lists ---------------------------------------------------------------

# read_bzl(FILE NAME): sets NAME to the strings of the Starlark list NAME = [...].
function(read_bzl file name)
    file(READ ${file} text)
    if(NOT text MATCHES "(^|\n)${name} = \\[([^]]*)\\]")
        message(FATAL_ERROR "${file}: no list ${name}; expected XNNPACK 4ea82e5")
    endif()
    string(REGEX MATCHALL "\"[^\"]+\"" list "${CMAKE_MATCH_2}")
    string(REPLACE "\"" "" list "${list}")
    set(${name} ${list} PARENT_SCOPE)
endfunction()

set(_srcs)
foreach(_list OPERATOR TABLE XNNPACK LOGGING)
    read_bzl(${XNNPACK_SOURCE_DIR}/build_srcs.bzl ${_list}_SRCS)
    list(APPEND _srcs ${${_list}_SRCS})
endforeach()
# Upstream's build files name these one target each. Left out: SUBGRAPH_SRCS and what only
# it calls, because net.c drives the operators itself.
list(APPEND _srcs
    src/allocator.c src/cache.c src/datatype.c src/im2col.c src/indirection.c src/init.c
    src/memory.c src/microkernel-utils.c src/microparams-init.c src/mutex.c
    src/normalization.c src/operator-utils.c src/params.c
    src/configs/experiments-config.c src/configs/hardware-config.c
    src/reference/binary-elementwise.cc src/reference/packing.cc
    src/reference/unary-elementwise.cc)

# Instruction set, flags. The order is upstream's; `scalar` needs none.
set(_isa_scalar "")
set(_x86_avx512skx "-mf16c -mfma -mavx512f -mavx512cd -mavx512bw -mavx512dq -mavx512vl")
if(EMSCRIPTEN)
    set(_isas scalar wasm wasmsimd)
    set(_isa_wasm "")
    set(_isa_wasmsimd "")
    if(HUM_RELAXED_SIMD)
        list(APPEND _isas wasmrelaxedsimd)
        set(_isa_wasmrelaxedsimd "")
    endif()
    # Two of upstream's wasm kernels include <arm_neon.h> without using it.
    file(WRITE ${CMAKE_BINARY_DIR}/arm-neon/arm_neon.h "#include <wasm_simd128.h>\n")
    include_directories(SYSTEM ${CMAKE_BINARY_DIR}/arm-neon)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(_isas scalar sse sse2 ssse3 sse41 avx f16c fma3 avx2 avxvnni avxvnniint8
        avx256skx avx256vnni avx512f avx512skx avx512vbmi avx512vnni avx512vnnigfni
        avx512amx avx512fp16)
    set(_isa_sse "-msse -mno-sse2")
    set(_isa_sse2 "-msse2 -mno-sse3")
    set(_isa_ssse3 "-mssse3 -mno-sse4.1")
    set(_isa_sse41 "-msse4.1 -mno-sse4.2")
    set(_isa_avx "-mavx -mno-avx2 -mno-fma -mno-f16c")
    set(_isa_f16c "-mf16c -mno-avx2 -mno-fma")
    set(_isa_fma3 "-mf16c -mfma -mno-avx2")
    set(_isa_avx2 "-mf16c -mfma -mavx2")
    set(_isa_avxvnni "${_isa_avx2} -mavxvnni")
    set(_isa_avxvnniint8 "${_isa_avx2} -mavxvnniint8")
    set(_isa_avx256skx "${_x86_avx512skx}")
    set(_isa_avx256vnni "${_x86_avx512skx} -mavx512vnni")
    set(_isa_avx512f "-mavx512f")
    set(_isa_avx512skx "${_x86_avx512skx}")
    set(_isa_avx512vbmi "${_x86_avx512skx} -mavx512vbmi")
    set(_isa_avx512vnni "${_x86_avx512skx} -mavx512vnni")
    set(_isa_avx512vnnigfni "${_isa_avx512vnni} -mgfni")
    set(_isa_avx512amx "${_isa_avx512vnnigfni} -mamx-tile -mamx-int8")
    set(_isa_avx512fp16 "${_isa_avx512vnnigfni} -mavx512fp16")
    set(_enabled AVX256SKX AVX256VNNI AVX256VNNIGFNI AVX512AMX AVX512F AVX512FP16 AVX512SKX
        AVX512VBMI AVX512VNNI AVX512VNNIGFNI AVXVNNI AVXVNNIINT8)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    set(_isas scalar neon neonfp16 neonfma neonv8 neon_aarch64 neonfma_aarch64 fp16arith
        neonfp16arith neonfp16arith_aarch64 neondot neondot_aarch64 neondotfp16arith neoni8mm)
    foreach(_isa neon neonfp16 neonfma neonv8 neon_aarch64 neonfma_aarch64)
        set(_isa_${_isa} "")
    endforeach()
    foreach(_isa fp16arith neonfp16arith neonfp16arith_aarch64)
        set(_isa_${_isa} -march=armv8.2-a+fp16)
    endforeach()
    set(_isa_neondot -march=armv8.2-a+dotprod)
    set(_isa_neondot_aarch64 -march=armv8.2-a+dotprod)
    set(_isa_neondotfp16arith -march=armv8.2-a+dotprod+fp16)
    set(_isa_neoni8mm -march=armv8.2-a+i8mm+fp16)
    set(_enabled ARM_FP16_VECTOR ARM_FP16_SCALAR ARM_DOTPROD ARM_I8MM)
else()
    message(FATAL_ERROR "No XNNPACK kernels are listed for ${CMAKE_SYSTEM_PROCESSOR}.\n"
        "Known: x86_64, aarch64, Emscripten. tools/cmake/xnnpack.cmake is the place to add it.")
endif()

foreach(_isa ${_isas})
    include(${XNNPACK_SOURCE_DIR}/cmake/gen/${_isa}_microkernels.cmake)
    string(TOUPPER ${_isa} _upper)
    set(_kernels ${PROD_${_upper}_MICROKERNEL_SRCS})
    list(TRANSFORM _kernels PREPEND ${XNNPACK_SOURCE_DIR}/)
    set_property(SOURCE ${_kernels} PROPERTY COMPILE_FLAGS "-fno-math-errno ${_isa_${_isa}}")
    list(APPEND _srcs ${PROD_${_upper}_MICROKERNEL_SRCS})
endforeach()

list(REMOVE_DUPLICATES _srcs)

# Kernels that XNNPACK would not choose: its table is given calls of ours, by text.
if(EMSCRIPTEN AND HUM_RELAXED_SIMD)
    set(_config src/configs/gemm-config.c)
    file(READ ${XNNPACK_SOURCE_DIR}/${_config} _text)
    string(REPLACE "#elif XNN_ARCH_WASMRELAXEDSIMD\n" "#elif 1
    extern void hum_choose_qd8(struct xnn_gemm_config *);
    hum_choose_qd8(&qd8_f32_qc8w_gemm_config);
  #elif 0\n" _int8 "${_text}")
    string(REPLACE "f32_gemm_config.mr = 4;
      f32_gemm_config.nr = 8;
    } else {
      #if XNN_ARCH_WASMRELAXEDSIMD\n" "f32_gemm_config.mr = 4;
      f32_gemm_config.nr = 8;
      extern void hum_choose_f32(struct xnn_gemm_config *);
      hum_choose_f32(&f32_gemm_config);
    } else {
      #if XNN_ARCH_WASMRELAXEDSIMD\n" _floats "${_int8}")
    if(_int8 STREQUAL _text OR _floats STREQUAL _int8)
        message(FATAL_ERROR "${_config} is not as expected of XNNPACK 4ea82e5")
    endif()
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/gemm-config.c CONTENT "${_floats}" @ONLY)
    list(REMOVE_ITEM _srcs ${_config})
    set(_chosen ${CMAKE_BINARY_DIR}/gemm-config.c ${CMAKE_CURRENT_LIST_DIR}/relaxed-kernels.c)
    foreach(_kind gemm igemm)
        foreach(_clamp "" minmax- relu-)
            list(APPEND _srcs
                src/f32-${_kind}/gen/f32-${_kind}-6x8-${_clamp}wasmrelaxedsimd-fma-loadsplat.c)
        endforeach()
    endforeach()
    list(REMOVE_DUPLICATES _srcs)
endif()

list(TRANSFORM _srcs PREPEND ${XNNPACK_SOURCE_DIR}/)
add_library(XNNPACK STATIC ${_srcs} ${_chosen})
set_target_properties(XNNPACK PROPERTIES C_STANDARD 99 C_EXTENSIONS ON CXX_STANDARD 14)
target_include_directories(XNNPACK PRIVATE ${XNNPACK_SOURCE_DIR}/include
    ${XNNPACK_SOURCE_DIR} ${XNNPACK_SOURCE_DIR}/src)
target_include_directories(XNNPACK SYSTEM INTERFACE ${XNNPACK_SOURCE_DIR}/include)
target_link_libraries(XNNPACK PRIVATE third-party cpuinfo PUBLIC pthreadpool)
if(NOT EMSCRIPTEN)
    target_link_libraries(XNNPACK PUBLIC m)
endif()

# Upstream tests these macros by value, so each must be 0 or 1.
foreach(_macro ARM_FP16_VECTOR ARM_FP16_SCALAR ARM_BF16 ARM_DOTPROD ARM_I8MM ARM_SME ARM_SME2
        RISCV_VECTOR RISCV_FP16_VECTOR AVXVNNI AVXVNNIINT8 AVX256SKX AVX256VNNI AVX256VNNIGFNI
        AVX512F AVX512SKX AVX512VBMI AVX512VNNI AVX512VNNIGFNI AVX512AMX AVX512FP16 VSX
        ASSEMBLY MEMOPT SPARSE GEMM_M_SPECIALIZATION DWCONV_MULTIPASS HVX KLEIDIAI CPUINFO)
    set(_value 0)
    if(_macro IN_LIST _enabled OR _macro STREQUAL GEMM_M_SPECIALIZATION
            OR (_macro STREQUAL CPUINFO AND NOT EMSCRIPTEN))
        set(_value 1)
    endif()
    target_compile_definitions(XNNPACK PRIVATE XNN_ENABLE_${_macro}=${_value})
endforeach()
target_compile_definitions(XNNPACK PRIVATE XNN_LOG_LEVEL=0)
