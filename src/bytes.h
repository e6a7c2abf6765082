/* A bounded little-endian view of bytes from outside. All parsing goes through it: a
   read past the end gives 0 and sets `failed`, so that a parser may read a whole record
   and check once. Sizes are compared as need <= size - offset, which cannot wrap. */

#ifndef HUM_BYTES_H
#define HUM_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const uint8_t *data;
    size_t size;
    int failed;
} hum_bytes;

static inline int hum_has(const hum_bytes *b, size_t offset, size_t need) {
    return offset <= b->size && need <= b->size - offset;
}

/* The next multiple, for n that is a size of something in memory. */
static inline size_t hum_round_up(size_t n, size_t multiple) {
    return (n + multiple - 1) / multiple * multiple;
}

static inline uint64_t hum_read(hum_bytes *b, size_t offset, size_t width) {
    if (!hum_has(b, offset, width)) {
        b->failed = 1;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) value |= (uint64_t)b->data[offset + i] << (8 * i);
    return value;
}

static inline uint8_t hum_u8(hum_bytes *b, size_t offset) {
    return (uint8_t)hum_read(b, offset, 1);
}

static inline uint16_t hum_u16(hum_bytes *b, size_t offset) {
    return (uint16_t)hum_read(b, offset, 2);
}

static inline uint32_t hum_u32(hum_bytes *b, size_t offset) {
    return (uint32_t)hum_read(b, offset, 4);
}

static inline int32_t hum_i32(hum_bytes *b, size_t offset) {
    return (int32_t)(uint32_t)hum_read(b, offset, 4);
}

static inline uint64_t hum_u64(hum_bytes *b, size_t offset) {
    return hum_read(b, offset, 8);
}

static inline float hum_f32(hum_bytes *b, size_t offset) {
    uint32_t bits = hum_u32(b, offset);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
