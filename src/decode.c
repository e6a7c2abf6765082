/* JPEG and PNG by stb_image, JPEG row by row: a large photo needs little more memory than
   what is kept of it. */

#include "image.h"

#include "bytes.h"

#include <stdlib.h>

/* A picture that unpacks to more than its header promises is cut off at what the largest
   allowed photo needs: 16-bit RGBA and the filter bytes of its rows. */
#define LARGEST_ALLOCATION ((size_t)HUM_MAX_PHOTO_PIXELS * 8 + (1 << 20))

/* Zeros: what a damaged picture lacks must not be what was in memory before. */
static void *limited_malloc(size_t size) {
    return size > LARGEST_ALLOCATION ? NULL : calloc(1, size);
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

/* What the segments of a JPEG before its picture say. */
typedef struct {
    int orientation;
    const char *coding; /* one that stb_image has not, for people; else NULL */
} jpeg_about;

/* ITU-T T.81, B.2.2: the marker says how a picture is coded, then come length and bits.
 */
static const char *other_coding(unsigned marker, unsigned bits) {
    if (marker == 0xc3) return "lossless coding";
    if (marker >= 0xc5 && marker <= 0xc7) return "hierarchical coding";
    if (marker >= 0xc9 && marker <= 0xcf) return "arithmetic coding";
    return bits == 12 ? "12 bits a channel" : NULL;
}

static jpeg_about about_jpeg(const uint8_t *bytes, size_t size) {
    jpeg_about about = {1, NULL};
    int exif = 0;
    hum_bytes b = {bytes, size, 0};
    for (size_t at = 2; hum_has(&b, at, 5) && bytes[at] == 0xff;) {
        unsigned marker = bytes[at + 1];
        if (marker == 0xff) { /* fill byte */
            at++;
            continue;
        }
        if (marker == 0xda) break; /* the picture begins */
        size_t length = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (!exif && marker == 0xe1 && length >= 8 && hum_has(&b, at + 2, length) &&
            memcmp(bytes + at + 4, "Exif\0\0", 6) == 0) {
            about.orientation = tiff_orientation(bytes + at + 10, length - 8);
            exif = 1;
        }
        /* c4, c8 and cc are no pictures */
        if (marker == 0xc0 || ((marker & 0xf0) == 0xc0 && marker % 4))
            about.coding = other_coding(marker, bytes[at + 4]);
        at += 2 + length;
    }
    return about;
}

/* ---- Rows ------------------------------------------------------------------------ */

/* Takes a picture's rows from the top, turned upright and halved as image and orientation
   ask. */
typedef struct {
    hum_image *image;
    int orientation;
    int32_t width, height; /* as it is stored */
    int32_t y;             /* the next row */
    uint8_t *above;        /* [width,4] if it is halved, else NULL */
} rows;

static hum_status rows_begin(rows *r, hum_text *error) {
    hum_image *image = r->image;
    int32_t width = r->width / image->shrink, height = r->height / image->shrink;
    image->width = r->orientation > 4 ? height : width;
    image->height = r->orientation > 4 ? width : height;
    if (image->shrink == 1) return HUM_OK;
    r->above = malloc((size_t)r->width * 4);
    if (r->above) return HUM_OK;
    image->width = image->height = 0;
    return hum_fail(error, HUM_ERROR_MEMORY, "no memory for a row of %d pixels",
                    r->width);
}

/* EXIF 2.3: where the first row and column of a picture lie. rgba [width,4]: row y. */
static void place_row(hum_image *image, int orientation, int32_t y, int32_t width,
                      int32_t height, const uint8_t *rgba) {
    int o = orientation;
    int right = o == 2 || o == 3 || o == 7 || o == 8; /* the first column lies there */
    int below = o == 3 || o == 4 || o == 6 || o == 7; /* the first row */
    ptrdiff_t line = (ptrdiff_t)image->width * 3;
    ptrdiff_t step = o > 4 ? line : 3, down = o > 4 ? 3 : line;
    uint8_t *to = image->rgb + (below ? height - 1 - y : y) * down;
    if (right) to += (width - 1) * step, step = -step;
    for (int32_t x = 0; x < width; x++, rgba += 4, to += step) memcpy(to, rgba, 3);
}

/* rgba: opaque. */
static void rows_take(rows *r, const uint8_t *rgba) {
    int32_t y = r->y++;
    if (!r->above) {
        place_row(r->image, r->orientation, y, r->width, r->height, rgba);
    } else if (y % 2 == 0) {
        memcpy(r->above, rgba, 4 * (size_t)r->width);
    } else {
        const uint8_t *a = r->above, *b = rgba;
        uint8_t *to = r->above;
        for (int32_t x = 0; x < r->width / 2; x++, a += 8, b += 8, to += 4)
            for (int c = 0; c < 4; c++)
                to[c] = (uint8_t)((a[c] + a[c + 4] + b[c] + b[c + 4] + 2) >> 2);
        place_row(r->image, r->orientation, y / 2, r->width / 2, r->height / 2, r->above);
    }
}

/* ---- JPEG ------------------------------------------------------------------------ */

/* What stb_image's load_jpeg_image does for four channels (for which it has SIMD: 0.5 of
   the time), but a row at a time instead of the whole picture. */

static void begin_plane(const stbi__jpeg *j, int k, stbi__resample *p) {
    p->hs = j->img_h_max / j->img_comp[k].h;
    p->vs = j->img_v_max / j->img_comp[k].v;
    p->ystep = p->vs >> 1;
    p->w_lores = ((int)j->s->img_x + p->hs - 1) / p->hs;
    p->ypos = 0;
    p->line0 = p->line1 = j->img_comp[k].data;
    p->resample = p->hs == 1 && p->vs == 1   ? resample_row_1
                  : p->hs == 1 && p->vs == 2 ? stbi__resample_row_v_2
                  : p->hs == 2 && p->vs == 1 ? stbi__resample_row_h_2
                  : p->hs == 2 && p->vs == 2 ? j->resample_row_hv_2_kernel
                                             : stbi__resample_row_generic;
}

/* The next row of a plane at the picture's width. */
static const uint8_t *next_row(const stbi__jpeg *j, int k, stbi__resample *p) {
    int lower = p->ystep >= p->vs >> 1;
    const uint8_t *row = p->resample(j->img_comp[k].linebuf, lower ? p->line1 : p->line0,
                                     lower ? p->line0 : p->line1, p->w_lores, p->hs);
    if (++p->ystep >= p->vs) {
        p->ystep = 0;
        p->line0 = p->line1;
        if (++p->ypos < j->img_comp[k].y) p->line1 += j->img_comp[k].w2;
    }
    return row;
}

/* planes: rows of the 1, 3 or 4 components. out [width,4]. */
static void to_rgba(const stbi__jpeg *j, const uint8_t *const planes[4], uint8_t *out) {
    int n = j->s->img_n, width = (int)j->s->img_x, adobe = j->app14_color_transform;
    int as_they_are = n == 1 || (n == 3 && (j->rgb == 3 || (adobe == 0 && !j->jfif))) ||
                      (n == 4 && adobe == 0);
    if (as_they_are)
        for (int x = 0; x < width; x++) {
            for (int c = 0; c < 3; c++) out[4 * x + c] = planes[n == 1 ? 0 : c][x];
            out[4 * x + 3] = 255;
        }
    else j->YCbCr_to_RGB_kernel(out, planes[0], planes[1], planes[2], width, 4);
    if (n < 4 || (adobe != 0 && adobe != 2)) return;
    for (int x = 0; x < width; x++) /* CMYK, stored inverted, and YCCK */
        for (int c = 0; c < 3; c++) {
            uint8_t *at = out + 4 * x + c;
            *at = stbi__blinn_8x8(adobe ? (stbi_uc)(255 - *at) : *at, planes[3][x]);
        }
}

/* Returns FORMAT without a text, which is the caller's; MEMORY. */
static hum_status jpeg_rows(stbi__jpeg *j, rows *r, hum_text *error) {
    if (!stbi__decode_jpeg_image(j) || j->s->img_n < 1) return HUM_ERROR_FORMAT;
    hum_status status = rows_begin(r, error);
    stbi__resample planes[4];
    uint8_t *out = malloc((size_t)r->width * 4);
    int ok = out != NULL;
    for (int k = 0; k < j->s->img_n; k++) {
        begin_plane(j, k, &planes[k]);
        j->img_comp[k].linebuf = malloc((size_t)r->width + 3); /* as wide as stb's */
        ok = ok && j->img_comp[k].linebuf;
    }
    if (status == HUM_OK && !ok)
        status = hum_fail(error, HUM_ERROR_MEMORY, "no memory for rows of %d pixels",
                          r->width);
    for (int32_t y = 0; status == HUM_OK && y < r->height; y++) {
        const uint8_t *row[4] = {NULL};
        for (int k = 0; k < j->s->img_n; k++) row[k] = next_row(j, k, &planes[k]);
        to_rgba(j, row, out);
        rows_take(r, out);
    }
    free(out);
    return status;
}

static hum_status decode_jpeg(const uint8_t *bytes, size_t size, rows *r,
                              hum_text *error) {
    stbi__context s;
    stbi__start_mem(&s, bytes, (int)size);
    s.img_n = 0; /* so that nothing is freed if it fails before the planes */
    stbi__jpeg *j = calloc(1, sizeof *j);
    if (!j) return hum_fail(error, HUM_ERROR_MEMORY, "no memory for a JPEG picture");
    j->s = &s;
    stbi__setup_jpeg(j);
    hum_status status = jpeg_rows(j, r, error);
    stbi__cleanup_jpeg(j);
    free(j);
    return status;
}

static hum_status decode_png(const uint8_t *bytes, size_t size, rows *r,
                             hum_text *error) {
    int width, height, channels;
    uint8_t *rgba =
        stbi_load_from_memory(bytes, (int)size, &width, &height, &channels, 4);
    if (!rgba) return HUM_ERROR_FORMAT;
    hum_over_white(rgba, (size_t)width * (size_t)height, rgba, 4);
    hum_status status = rows_begin(r, error);
    for (int32_t y = 0; status == HUM_OK && y < r->height; y++)
        rows_take(r, rgba + (size_t)y * (size_t)r->width * 4);
    stbi_image_free(rgba);
    return status;
}

/* ---- Both ------------------------------------------------------------------------ */

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
        hum_status fits = hum_image_check_size(__builtin_bswap32(sides[0]),
                                               __builtin_bswap32(sides[1]), error);
        if (fits != HUM_OK) return fits;
    }
    jpeg_about about = k == JPEG ? about_jpeg(bytes, size) : (jpeg_about){1, NULL};
    if (about.coding)
        return hum_fail(error, HUM_ERROR_UNSUPPORTED,
                        "the JPEG picture has %s, which is not read here: save it again "
                        "as an ordinary JPEG",
                        about.coding);
    if (!stbi_info_from_memory(bytes, (int)size, &width, &height, &channels))
        return hum_fail(error, HUM_ERROR_FORMAT,
                        "the %s picture is damaged, or memory ran out", name);
    hum_status status = hum_image_check_size(width, height, error);
    if (status != HUM_OK) return status;
    size_t pixels = (size_t)width * (size_t)height;
    size_t most = MAX_SCANNED_PIXELS / pixels;
    if (most > MAX_SCANS) most = MAX_SCANS;
    if (k == JPEG && count_scans(bytes, size) > most)
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the JPEG picture of %d x %d pixels has more than %zu scans",
                        width, height, most);
    int shrink = pixels > HUM_WHOLE_PHOTO_PIXELS ? 2 : 1;
    status = hum_image_reserve(image, width / shrink, height / shrink, error);
    if (status != HUM_OK) return status;
    image->shrink = shrink;
    image->orientation = about.orientation;
    rows r = {image, about.orientation, width, height, 0, NULL};
    status = (k == JPEG ? decode_jpeg : decode_png)(bytes, size, &r, error);
    free(r.above);
    if (status == HUM_OK) return HUM_OK;
    image->width = image->height = 0;
    if (status == HUM_ERROR_FORMAT)
        hum_fail(error, status,
                 "the %s picture of %d x %d pixels is damaged, or memory ran out", name,
                 width, height);
    return status;
}
