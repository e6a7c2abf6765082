#include "image.h"

#include "bytes.h"

#include <stdlib.h>

/* A picture that unpacks to more than its header promises is cut off at what the largest
   allowed photo needs: 16-bit RGBA and the filter bytes of its rows. */
#define LARGEST_ALLOCATION ((size_t)HUM_MAX_PHOTO_PIXELS * 8 + (1 << 20))

static void *limited_malloc(size_t size) {
    return size > LARGEST_ALLOCATION ? NULL : malloc(size);
}

static void *limited_realloc(void *old, size_t size) {
    return size > LARGEST_ALLOCATION ? NULL : realloc(old, size);
}

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_GIF /* declared before it is left out */
#define STBI_NO_STDIO
#define STBI_NO_FAILURE_STRINGS
#define STBI_ASSERT(x) ((void)(x)) /* outside data must not end the process */
#define STBI_MALLOC(size) limited_malloc(size)
#define STBI_REALLOC(old, size) limited_realloc(old, size)
#define STBI_FREE(p) free(p)
/* Emscripten turns what is written for SSE2 into WebAssembly's SIMD. */
#ifdef __wasm_simd128__
#define STBI__X64_TARGET
#endif
/* Where a PNG has an empty chunk of data it copies 0 bytes to NULL + 0. */
#ifdef __clang__
#pragma clang attribute push(                                                            \
    __attribute__((no_sanitize("pointer-overflow", "nonnull-attribute"))),               \
    apply_to = function)
#endif
#include "stb_image.h"
#ifdef __clang__
#pragma clang attribute pop
#endif

/* A progressive JPEG visits every block once a scan: a small file of many scans would
   keep a decoder busy for hours. Photos have about ten; the largest may have 16. */
enum { MAX_SCANS = 256 };
#define MAX_SCANNED_PIXELS ((size_t)HUM_MAX_PHOTO_PIXELS * 16)

typedef enum { NEITHER, JPEG, PNG } kind;

static kind sniff(const uint8_t *bytes, size_t size) {
    static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    if (size >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff)
        return JPEG;
    if (size >= sizeof png && memcmp(bytes, png, sizeof png) == 0) return PNG;
    return NEITHER;
}

/* ---- EXIF orientation ------------------------------------------------------------ */

/* TIFF 6.0 / EXIF 2.3: tag 0x0112 of the first directory. */
static int tiff_orientation(const uint8_t *tiff, size_t size) {
    hum_bytes b = {tiff, size, 0};
    int big = hum_u16(&b, 0) == 0x4d4d; /* "MM" */
    size_t directory = hum_u32(&b, 4);
    if (big) directory = __builtin_bswap32((uint32_t)directory);
    unsigned entries = hum_u16(&b, directory);
    if (big) entries = __builtin_bswap16((uint16_t)entries);
    for (size_t i = 0; i < entries && !b.failed; i++) {
        size_t entry = directory + 2 + 12 * i;
        unsigned tag = hum_u16(&b, entry), value = hum_u16(&b, entry + 8);
        if (big) {
            tag = __builtin_bswap16((uint16_t)tag);
            value = __builtin_bswap16((uint16_t)value);
        }
        if (tag == 0x0112) return !b.failed && value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

static int jpeg_orientation(const uint8_t *bytes, size_t size) {
    hum_bytes b = {bytes, size, 0};
    for (size_t at = 2; hum_has(&b, at, 4) && bytes[at] == 0xff;) {
        unsigned marker = bytes[at + 1];
        if (marker == 0xff) { /* fill byte */
            at++;
            continue;
        }
        if (marker == 0xda) break; /* the picture begins */
        size_t length = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (marker == 0xe1 && length >= 8 && hum_has(&b, at + 2, length) &&
            memcmp(bytes + at + 4, "Exif\0\0", 6) == 0)
            return tiff_orientation(bytes + at + 10, length - 8);
        at += 2 + length;
    }
    return 1;
}

/* Turns [height,width,4] pixels upright into out as RGB over white; opaque: where every
   alpha is 255. Orientation o (1..8): the picture's first row and column lie where EXIF
   2.3 says. */
static void upright(const uint8_t *rgba, int opaque, int o, int32_t width, int32_t height,
                    hum_image *out) {
    out->width = o > 4 ? height : width;
    out->height = o > 4 ? width : height;
    int flip_x = o == 2 || o == 3 || o == 7 || o == 8;
    int flip_y = o == 3 || o == 4 || o == 6 || o == 7;
    for (int32_t y = 0; y < out->height; y++) {
        uint8_t *to = out->rgb + (size_t)y * (size_t)out->width * 3;
        for (int32_t x = 0; x < out->width; x++, to += 3) {
            int32_t u = o > 4 ? y : x, v = o > 4 ? x : y;
            if (flip_x) u = width - 1 - u;
            if (flip_y) v = height - 1 - v;
            const uint8_t *from = rgba + 4 * ((size_t)v * (size_t)width + (size_t)u);
            if (opaque) {
                memcpy(to, from, 3);
                continue;
            }
            unsigned a = from[3];
            for (int c = 0; c < 3; c++)
                to[c] = (uint8_t)((from[c] * a + 255 * (255 - a) + 127) / 255);
        }
    }
}

/* ---- Images ---------------------------------------------------------------------- */

static hum_status check_size(int64_t width, int64_t height, hum_text *error) {
    if (width < 1 || height < 1 || width > HUM_MAX_PHOTO_SIDE ||
        height > HUM_MAX_PHOTO_SIDE || width * height > HUM_MAX_PHOTO_PIXELS)
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the photo has %lld x %lld pixels; at most %d on a side and %d "
                        "in all are read: make it smaller first",
                        (long long)width, (long long)height, HUM_MAX_PHOTO_SIDE,
                        HUM_MAX_PHOTO_PIXELS);
    return HUM_OK;
}

static hum_status reserve(hum_image *image, int32_t width, int32_t height,
                          hum_text *error) {
    hum_status status = check_size(width, height, error);
    if (status != HUM_OK) return status;
    size_t need = (size_t)width * (size_t)height * 3;
    if (need > image->capacity) {
        hum_image_free(image);
        image->rgb = malloc(need);
        if (!image->rgb)
            return hum_fail(error, HUM_ERROR_MEMORY,
                            "no memory for a photo of %d x %d pixels", width, height);
        image->capacity = need;
    }
    return HUM_OK;
}

static size_t count_scans(const uint8_t *bytes, size_t size) {
    size_t scans = 0;
    for (const uint8_t *p = bytes, *end = bytes + size - 1; p < end; p++) {
        p = memchr(p, 0xff, (size_t)(end - p));
        if (!p) break;
        scans += p[1] == 0xda;
    }
    return scans;
}

hum_status hum_image_decode(const uint8_t *bytes, size_t size, hum_image *image,
                            hum_text *error) {
    image->width = image->height = 0;
    if (size > HUM_MAX_PHOTO_BYTES)
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the photo has %zu bytes; at most %d are read", size,
                        HUM_MAX_PHOTO_BYTES);
    kind k = sniff(bytes, size);
    if (k == NEITHER)
        return hum_fail(error, HUM_ERROR_UNSUPPORTED,
                        "the file is neither a JPEG nor a PNG picture");
    const char *name = k == JPEG ? "JPEG" : "PNG";
    int width, height, channels;
    /* stb calls large PNG pictures damaged; their size stands in bytes 16 to 23. */
    if (k == PNG && size >= 24) {
        uint32_t sides[2];
        memcpy(sides, bytes + 16, sizeof sides);
        hum_status fits =
            check_size(__builtin_bswap32(sides[0]), __builtin_bswap32(sides[1]), error);
        if (fits != HUM_OK) return fits;
    }
    if (!stbi_info_from_memory(bytes, (int)size, &width, &height, &channels))
        return hum_fail(error, HUM_ERROR_FORMAT,
                        "the %s picture is damaged, or memory ran out", name);
    hum_status status = reserve(image, width, height, error);
    if (status != HUM_OK) return status;
    size_t most = MAX_SCANNED_PIXELS / ((size_t)width * (size_t)height);
    if (most > MAX_SCANS) most = MAX_SCANS;
    if (k == JPEG && count_scans(bytes, size) > most)
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the JPEG picture of %d x %d pixels has more than %zu scans",
                        width, height, most);
    /* Four channels of a JPEG too: stb has SIMD for these only (0.5 of the time). */
    uint8_t *pixels =
        stbi_load_from_memory(bytes, (int)size, &width, &height, &channels, 4);
    if (!pixels)
        return hum_fail(error, HUM_ERROR_FORMAT,
                        "the %s picture of %d x %d pixels is damaged, or memory ran out",
                        name, width, height);
    upright(pixels, k == JPEG, k == JPEG ? jpeg_orientation(bytes, size) : 1, width,
            height, image);
    stbi_image_free(pixels);
    return HUM_OK;
}

hum_status hum_image_from_rgba(const uint8_t *rgba, int32_t width, int32_t height,
                               hum_image *image, hum_text *error) {
    image->width = image->height = 0;
    hum_status status = reserve(image, width, height, error);
    if (status == HUM_OK) upright(rgba, 0, 1, width, height, image);
    return status;
}

hum_status hum_image_halve(const hum_image *image, hum_image *half, hum_text *error) {
    hum_status status = reserve(half, image->width / 2, image->height / 2, error);
    if (status != HUM_OK) return status;
    half->width = image->width / 2;
    half->height = image->height / 2;
    size_t line = (size_t)image->width * 3;
    uint8_t *to = half->rgb;
    for (int32_t y = 0; y < half->height; y++) {
        const uint8_t *a = image->rgb + 2 * (size_t)y * line, *b = a + line;
        for (int32_t x = 0; x < half->width; x++, a += 6, b += 6, to += 3)
            for (int c = 0; c < 3; c++)
                to[c] = (uint8_t)((a[c] + a[c + 3] + b[c] + b[c + 3] + 2) >> 2);
    }
    return HUM_OK;
}

void hum_image_free(hum_image *image) {
    free(image->rgb);
    *image = (hum_image){0};
}
