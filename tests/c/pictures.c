/* Decoding and resampling: PNG kinds made here, EXIF turns of a real JPEG, limits,
   damage, and the arithmetic of resampling, which must give the same bits in every build.
 */

#include "image.h"
#include "sha256.h"

#include "check.h"

#include <stdlib.h>

static const char sample[] = "build/photos/samples/portrait-2.jpg";

/* SHA-256 of three resampled parts of it; the same natively and as WebAssembly. */
#define RESAMPLED "ceb4d43950a01eaf312cdb909400edc52eff2bca101366fc2fb7dde87feec5fc"

/* ---- A PNG writer: one IDAT of stored deflate blocks ------------------------------ */

typedef struct {
    uint8_t data[65536];
    size_t size;
} file;

static uint32_t crc(const uint8_t *p, size_t n) {
    uint32_t c = 0xffffffffu;
    while (n--) {
        c ^= *p++;
        for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
    }
    return ~c;
}

static void put32(uint8_t *p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void chunk(file *f, const char *type, const uint8_t *data, size_t n) {
    uint8_t *p = f->data + f->size;
    put32(p, (uint32_t)n);
    memcpy(p + 4, type, 4);
    if (n) memcpy(p + 8, data, n);
    put32(p + 8 + n, crc(p + 4, n + 4));
    f->size += n + 12;
}

/* rows: filter byte and samples of every row, n bytes in all (< 65536). */
static void png(file *f, uint32_t width, uint32_t height, int depth, int colour,
                const uint8_t *palette, size_t colours, const uint8_t *alpha,
                size_t alphas, const uint8_t *rows, size_t n) {
    static uint8_t z[65536];
    uint8_t header[13] = {0};
    memcpy(f->data, "\x89PNG\r\n\x1a\n", 8);
    f->size = 8;
    put32(header, width);
    put32(header + 4, height);
    header[8] = (uint8_t)depth;
    header[9] = (uint8_t)colour;
    chunk(f, "IHDR", header, 13);
    if (colours) chunk(f, "PLTE", palette, 3 * colours);
    if (alphas) chunk(f, "tRNS", alpha, alphas);
    const uint8_t start[7] = {
        0x78, 1, 1, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n, (uint8_t)(~n >> 8)};
    memcpy(z, start, 7);
    memcpy(z + 7, rows, n);
    uint32_t a = 1, b = 0; /* Adler-32 */
    for (size_t i = 0; i < n; i++) {
        a = (a + rows[i]) % 65521;
        b = (b + a) % 65521;
    }
    put32(z + 7 + n, b << 16 | a);
    chunk(f, "IDAT", z, n + 11);
    chunk(f, "IEND", NULL, 0);
}

static hum_status decode(const uint8_t *bytes, size_t size, hum_image *image,
                         hum_text *error) {
    uint8_t *copy = malloc(size ? size : 1); /* exact, for the sanitizer */
    memcpy(copy, bytes, size);
    hum_status status = hum_image_decode(copy, size, image, error);
    free(copy);
    return status;
}

static void expect(const file *f, const uint8_t *rgb, size_t n) {
    hum_image image = {0};
    hum_text error = {""};
    CHECK_STATUS(decode(f->data, f->size, &image, &error), HUM_OK);
    CHECK(image.width && memcmp(image.rgb, rgb, n) == 0);
    hum_image_free(&image);
}

static void kinds(void) {
    static file f;
    const uint8_t grey[] = {0, 10, 200};
    png(&f, 2, 1, 8, 0, NULL, 0, NULL, 0, grey, sizeof grey);
    expect(&f, (const uint8_t[]){10, 10, 10, 200, 200, 200}, 6);
    const uint8_t grey_alpha[] = {0, 10, 255, 0, 0};
    png(&f, 2, 1, 8, 4, NULL, 0, NULL, 0, grey_alpha, sizeof grey_alpha);
    expect(&f, (const uint8_t[]){10, 10, 10, 255, 255, 255}, 6); /* over white */
    const uint8_t rgba[] = {0, 255, 0, 100, 128};
    png(&f, 1, 1, 8, 6, NULL, 0, NULL, 0, rgba, sizeof rgba);
    expect(&f, (const uint8_t[]){255, 127, 177}, 3);
    const uint8_t deep[] = {0, 0x12, 0x34, 0xff, 0xff, 0x80, 0};
    png(&f, 1, 1, 16, 2, NULL, 0, NULL, 0, deep, sizeof deep);
    expect(&f, (const uint8_t[]){0x12, 0xff, 0x80}, 3);
    const uint8_t palette[] = {1, 2, 3, 4, 5, 6}, alphas[] = {255, 0};
    const uint8_t indexed[] = {0, 0x40}; /* 1 bit: entries 0 and 1 */
    png(&f, 2, 1, 1, 3, palette, 2, NULL, 0, indexed, sizeof indexed);
    expect(&f, (const uint8_t[]){1, 2, 3, 4, 5, 6}, 6);
    png(&f, 2, 1, 1, 3, palette, 2, alphas, 2, indexed, sizeof indexed);
    expect(&f, (const uint8_t[]){1, 2, 3, 255, 255, 255}, 6);
}

static void limits(void) {
    static file f;
    hum_image image = {0};
    hum_text error = {""};
    const uint8_t row[] = {0, 1, 2, 3};
    png(&f, 30000, 1, 8, 2, NULL, 0, NULL, 0, row, sizeof row);
    CHECK_STATUS(decode(f.data, f.size, &image, &error), HUM_ERROR_LIMIT);
    CHECK_TEXT(error.text, "30000 x 1");
    png(&f, 16000, 16000, 8, 2, NULL, 0, NULL, 0, row, sizeof row);
    CHECK_STATUS(decode(f.data, f.size, &image, &error), HUM_ERROR_LIMIT);
    CHECK_TEXT(error.text, "16000 x 16000");
    CHECK(image.capacity == 0); /* nothing was allocated for it */
    png(&f, 1, 1, 8, 2, NULL, 0, NULL, 0, row, sizeof row);
    for (size_t n = 0; n + 12 < f.size; n++) { /* the last chunk may be missing */
        hum_status status = decode(f.data, n, &image, &error);
        CHECK(status == HUM_ERROR_FORMAT || status == HUM_ERROR_UNSUPPORTED);
        CHECK(image.width == 0 && error.text[0]);
    }
    CHECK_STATUS(decode((const uint8_t *)"GIF89a", 6, &image, &error),
                 HUM_ERROR_UNSUPPORTED);
    CHECK_STATUS(hum_image_decode(f.data, HUM_MAX_PHOTO_BYTES + 1, &image, &error),
                 HUM_ERROR_LIMIT);
    hum_image_free(&image);
}

/* ---- A real JPEG ------------------------------------------------------------------- */

/* The photo with an EXIF segment behind its first two bytes. */
static uint8_t *with_orientation(const uint8_t *jpeg, size_t size, int o, int big,
                                 size_t *out_size) {
    uint8_t exif[36] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0};
    memcpy(exif + 10,
           big ? "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\0\0\0"
               : "II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\0\0\0\0",
           22);
    exif[10 + (big ? 19 : 18)] = (uint8_t)o;
    uint8_t *out = malloc(size + sizeof exif);
    memcpy(out, jpeg, 2);
    memcpy(out + 2, exif, sizeof exif);
    memcpy(out + 2 + sizeof exif, jpeg + 2, size - 2);
    *out_size = size + sizeof exif;
    return out;
}

static void turns(const uint8_t *jpeg, size_t size) {
    hum_image plain = {0}, turned = {0};
    hum_text error;
    CHECK_STATUS(decode(jpeg, size, &plain, &error), HUM_OK);
    int32_t w = plain.width, h = plain.height;
    for (int o = 0; o <= 9; o++)
        for (int big = 0; big < 2; big++) {
            size_t n;
            uint8_t *bytes = with_orientation(jpeg, size, o, big, &n);
            CHECK_STATUS(decode(bytes, n, &turned, &error), HUM_OK);
            free(bytes);
            CHECK(turned.width == (o >= 5 && o <= 8 ? h : w));
            /* Where EXIF puts the stored top left pixel, and its right neighbour. */
            static const int corner[10][4] = {
                {0, 0, 1, 0}, {0, 0, 1, 0}, {1, 0, -1, 0}, {1, 1, -1, 0}, {0, 1, 1, 0},
                {0, 0, 0, 1}, {1, 0, 0, 1}, {1, 1, 0, -1}, {0, 1, 0, -1}, {0, 0, 1, 0}};
            int x = corner[o][0] ? turned.width - 1 : 0;
            int y = corner[o][1] ? turned.height - 1 : 0;
            long differ = 0;
            for (int i = 0; i < w; i++) {
                const uint8_t *p = turned.rgb + 3 * ((size_t)(y + i * corner[o][3]) *
                                                         (size_t)turned.width +
                                                     (size_t)(x + i * corner[o][2]));
                differ += memcmp(p, plain.rgb + 3 * i, 3) != 0;
            }
            CHECK_INT(differ, 0);
        }
    hum_image_free(&plain);
    hum_image_free(&turned);
}

static void damaged(const uint8_t *jpeg, size_t size) {
    hum_image image = {0};
    hum_text error;
    uint32_t seed = 7;
    uint8_t *copy = malloc(size);
    for (int round = 0; round < 60; round++) {
        memcpy(copy, jpeg, size);
        for (int k = 0; k < 8; k++) {
            seed = seed * 1664525u + 1013904223u;
            size_t at = round < 40 ? seed % 700 : seed % size; /* mostly in the headers */
            copy[at] ^= (uint8_t)(seed >> 24 | 1);
        }
        hum_status status = decode(copy, round % 3 ? size : seed % size, &image, &error);
        CHECK(status == HUM_OK || image.width == 0);
    }
    free(copy);
    hum_image_free(&image);
}

/* ---- Resampling -------------------------------------------------------------------- */

static void resampling(const uint8_t *jpeg, size_t size) {
    uint8_t pixels[4 * 4 * 3], out[8 * 8 * 3];
    for (int i = 0; i < 48; i++) pixels[i] = (uint8_t)(i * 5);
    hum_image image = {.rgb = pixels, .width = 4, .height = 4};
    hum_resampler scratch = {0};
    hum_text error;
    hum_rect all = {.width = 4, .height = 4};
    CHECK_STATUS(hum_resample(&image, all, HUM_EDGE_REPEAT, 4, 4, out, &scratch, &error),
                 HUM_OK);
    CHECK(memcmp(out, pixels, 48) == 0); /* its own size: not a bit changed */
    /* Turned by quarters it loses nothing: what stood at the left stands on top. */
    all.turn = 90;
    CHECK_STATUS(hum_resample(&image, all, HUM_EDGE_REPEAT, 4, 4, out, &scratch, &error),
                 HUM_OK);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++)
            CHECK(memcmp(out + 3 * (4 * y + x), pixels + 3 * (4 * x + 3 - y), 3) == 0);
    all.turn = -180;
    CHECK_STATUS(hum_resample(&image, all, HUM_EDGE_REPEAT, 4, 4, out, &scratch, &error),
                 HUM_OK);
    for (int i = 0; i < 16; i++)
        CHECK(memcmp(out + 3 * i, pixels + 3 * (15 - i), 3) == 0);
    /* The mirror image beyond the edges, and beyond that the picture again. */
    CHECK_STATUS(hum_resample(&image, (hum_rect){-4, 0, 12, 4, 0}, HUM_EDGE_MIRROR, 12, 4,
                              out, &scratch, &error),
                 HUM_OK);
    for (int x = 0; x < 4; x++) {
        CHECK(memcmp(out + 3 * x, pixels + 3 * (3 - x), 3) == 0);
        CHECK(memcmp(out + 3 * (4 + x), pixels + 3 * x, 3) == 0);
        CHECK(memcmp(out + 3 * (8 + x), pixels + 3 * (3 - x), 3) == 0);
    }
    memset(pixels, 77, sizeof pixels);
    all.turn = 33;
    CHECK_STATUS(hum_resample(&image, all, HUM_EDGE_REPEAT, 8, 8, out, &scratch, &error),
                 HUM_OK);
    for (int i = 0; i < 8 * 8 * 3; i++) CHECK_INT(out[i], 77);
    CHECK_STATUS(hum_resample(&image, (hum_rect){-9, 1.3, 20, 7, 0}, HUM_EDGE_REPEAT, 8,
                              3, out, &scratch, &error),
                 HUM_OK);
    for (int i = 0; i < 8 * 3 * 3; i++) CHECK_INT(out[i], 77); /* flat stays flat */
    CHECK_STATUS(hum_resample(&image, (hum_rect){-4, 0, 8, 4, 0}, HUM_EDGE_BLACK, 8, 4,
                              out, &scratch, &error),
                 HUM_OK);
    CHECK(out[0] == 0 && out[3 * 3] == 0 && out[4 * 3] == 77 && out[7 * 3] == 77);
    CHECK_STATUS(hum_resample(&image, (hum_rect){50, 50, 4, 4, 0}, HUM_EDGE_BLACK, 2, 2,
                              out, &scratch, &error),
                 HUM_OK);
    CHECK(out[0] == 0 && out[11] == 0);

    /* A real photo, reduced, enlarged, off the edge: one digest for every build. */
    static uint8_t big[3][160 * 160 * 3];
    hum_image photo = {0}, half = {0};
    CHECK_STATUS(decode(jpeg, size, &photo, &error), HUM_OK);
    hum_resample(&photo, (hum_rect){0, -74, 664, 664, 0}, HUM_EDGE_BLACK, 128, 128,
                 big[0], &scratch, &error);
    hum_resample(&photo, (hum_rect){70.25, 189.5, 50.7, 50.7, 0}, HUM_EDGE_REPEAT, 160,
                 160, big[1], &scratch, &error);
    CHECK_STATUS(hum_image_halve(&photo, &half, &error), HUM_OK);
    hum_resample(&half, (hum_rect){-30, 200, 300.1, 299, 0}, HUM_EDGE_REPEAT, 160, 160,
                 big[2], &scratch, &error);
    char hex[65];
    hum_sha256(&big[0][0], sizeof big, hex);
    CHECK_TEXT(hex, RESAMPLED);
    hum_image_free(&photo);
    hum_image_free(&half);
    hum_resampler_free(&scratch);
}

int main(void) {
    kinds();
    limits();
    FILE *f = fopen(sample, "rb");
    if (!f) {
        printf("%s is missing: run tools/setup/models.sh\n", sample);
        return 1;
    }
    static uint8_t jpeg[1 << 20];
    size_t size = fread(jpeg, 1, sizeof jpeg, f);
    fclose(f);
    turns(jpeg, size);
    damaged(jpeg, size);
    resampling(jpeg, size);
    return check_end();
}
