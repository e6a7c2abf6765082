/* Every kind of JPEG and PNG, from the files in tests/fixtures/pictures (made by
   make.mjs there), each cut off everywhere and spoilt; limits; damage made on purpose. */

#include "image.h"

#include "check.h"
#include "files.h"

enum { WIDTH = 29, HEIGHT = 17 };

/* ---- What the pictures show, as make.mjs says ------------------------------------- */

typedef struct {
    int r, g, b, a;
} colour;

static colour smooth(int x, int y) {
    return (colour){10 + 8 * x, 20 + 12 * y, 200 - 4 * x - 2 * y, 255};
}
static colour grey(int x, int y) {
    int v = 10 + 5 * x + 4 * y;
    return (colour){v, v, v, 255};
}
static colour smooth_alpha(int x, int y) {
    colour c = smooth(x, y);
    c.a = 9 * x;
    return c;
}
static colour grey_alpha(int x, int y) {
    colour c = grey(x, y);
    c.a = 9 * x;
    return c;
}
static colour of_palette(int i) {
    return (colour){i * 67 % 256, (i * 29 + 40) % 256, 255 - i, 255};
}
static colour palette2(int x, int y) {
    return of_palette((x + y) % 2);
}
static colour palette4(int x, int y) {
    return of_palette((x + y) % 4);
}
static colour palette16(int x, int y) {
    return of_palette((x + y) % 16);
}
static colour palette40(int x, int y) {
    return of_palette((x + y) % 40);
}
static colour palette_alpha(int x, int y) {
    colour c = palette16(x, y);
    c.a = (x + y) % 16 * 17;
    return c;
}
static colour greys(int x, int y, int n) {
    int v = (x + y) % n * 255 / (n - 1);
    return (colour){v, v, v, 255};
}
static colour greys2(int x, int y) {
    return greys(x, y, 2);
}
static colour greys4(int x, int y) {
    return greys(x, y, 4);
}
static colour greys16(int x, int y) {
    return greys(x, y, 16);
}
static colour palette_key(int x, int y) {
    colour c = palette16(x, y);
    if ((x + y) % 16 == 3) c.a = 0;
    return c;
}
static colour grey_key(int x, int y) {
    colour c = grey(x, y);
    if (c.r == grey(4, 5).r) c.a = 0;
    return c;
}

static const struct {
    const char *name;
    colour (*pixel)(int x, int y);
    int tolerance;
} pictures[] = {
    {"grey1.png", greys2, 0},
    {"grey2.png", greys4, 0},
    {"grey4.png", greys16, 0},
    {"grey8.png", grey, 0},
    {"grey8-interlaced.png", grey, 0},
    {"grey16.png", grey, 0},
    {"grey8-alpha.png", grey_alpha, 0},
    {"grey16-alpha.png", grey_alpha, 0},
    {"grey8-key.png", grey_key, 0},
    {"rgb8.png", smooth, 0},
    {"rgb8-interlaced.png", smooth, 0},
    {"rgb16.png", smooth, 0},
    {"rgb16-interlaced.png", smooth, 0},
    {"rgb8-alpha.png", smooth_alpha, 0},
    {"rgb8-alpha-interlaced.png", smooth_alpha, 0},
    {"rgb16-alpha.png", smooth_alpha, 0},
    {"rgb8-key.png", palette_key, 0},
    {"palette1.png", palette2, 0},
    {"palette2.png", palette4, 0},
    {"palette4.png", palette16, 0},
    {"palette4-interlaced.png", palette16, 0},
    {"palette8.png", palette40, 0},
    {"palette8-alpha.png", palette_alpha, 0},
    /* Observed largest differences; the pictures are smooth, quality 97. */
    {"baseline.jpg", smooth, 3},
    {"subsampled.jpg", smooth, 9},
    {"subsampled-wide.jpg", smooth, 9},
    {"subsampled-tall.jpg", smooth, 5},
    {"progressive.jpg", smooth, 3},
    {"progressive-subsampled.jpg", smooth, 9},
    {"grey.jpg", grey, 1},
    {"grey-progressive.jpg", grey, 1},
    {"cmyk.jpg", smooth, 3},
    {"cmyk-progressive.jpg", smooth, 3},
    {"exif1.jpg", smooth, 3},
    {"exif2.jpg", smooth, 3},
    {"exif3.jpg", smooth, 3},
    {"exif4.jpg", smooth, 3},
    {"exif5.jpg", smooth, 3},
    {"exif6.jpg", smooth, 3},
    {"exif7.jpg", smooth, 3},
    {"exif8.jpg", smooth, 3},
};
enum { PICTURES = sizeof pictures / sizeof *pictures };

static file fixture(const char *name) {
    char path[128];
    snprintf(path, sizeof path, "tests/fixtures/pictures/%s", name);
    return need_file(path);
}

static hum_image image;
static hum_text error;

static hum_status decode(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size ? size : 1); /* exact, so that reading on is seen */
    memcpy(copy, bytes, size);
    error.text[0] = 0;
    hum_status status = hum_image_decode(copy, size, &image, &error);
    free(copy);
    return status;
}

static int over_white(int value, int alpha) {
    return (value * alpha + 255 * (255 - alpha) + 127) / 255;
}

static void check_pictures(void) {
    for (int i = 0; i < PICTURES; i++) {
        file f = fixture(pictures[i].name);
        CHECK_STATUS(decode(f.data, f.size), HUM_OK);
        free(f.data);
        CHECK(image.width == WIDTH && image.height == HEIGHT);
        if (image.width != WIDTH || image.height != HEIGHT) {
            printf("    %s: %d x %d %s\n", pictures[i].name, image.width, image.height,
                   error.text);
            continue;
        }
        int worst = 0;
        const uint8_t *p = image.rgb;
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                colour c = pictures[i].pixel(x, y);
                int expected[3] = {over_white(c.r, c.a), over_white(c.g, c.a),
                                   over_white(c.b, c.a)};
                for (int k = 0; k < 3; k++, p++)
                    if (abs(*p - expected[k]) > worst) worst = abs(*p - expected[k]);
            }
        if (worst > pictures[i].tolerance)
            printf("    %s differs by %d\n", pictures[i].name, worst);
        CHECK(worst <= pictures[i].tolerance);
    }
}

/* ---- Cut off and spoilt ---------------------------------------------------------- */

/* A picture or a reason, never half of both. */
static int try_bytes(const uint8_t *bytes, size_t size) {
    hum_status status = decode(bytes, size);
    if (status == HUM_OK) {
        CHECK(image.width > 0 && image.height > 0);
        CHECK(image.capacity >= 3 * (size_t)image.width * (size_t)image.height);
        return 1;
    }
    CHECK(image.width == 0 && image.height == 0);
    CHECK(status == HUM_ERROR_FORMAT || status == HUM_ERROR_UNSUPPORTED ||
          status == HUM_ERROR_LIMIT);
    CHECK(error.text[0]);
    return 0;
}

static void check_spoilt(void) {
    long tried = 0, taken = 0;
    for (int i = 0; i < PICTURES; i++) {
        file f = fixture(pictures[i].name);
        for (size_t n = 0; n < f.size; n++, tried++) taken += try_bytes(f.data, n);
        for (size_t at = 0; at < f.size; at++) {
            static const uint8_t masks[] = {0x01, 0x80, 0xff};
            if (strstr(pictures[i].name, "exif") && at > 80)
                break; /* baseline.jpg again */
            for (int k = 0; k < 3; k++, tried++) {
                f.data[at] ^= masks[k];
                taken += try_bytes(f.data, f.size);
                f.data[at] ^= masks[k];
            }
            hum_image_free(&image); /* so that every size is allocated anew */
        }
        free(f.data);
    }
    printf("%ld spoilt files, %ld still pictures\n", tried, taken);
    CHECK(taken > 0 && taken < tried);
}

/* ---- Limits ---------------------------------------------------------------------- */

/* The place behind the first marker of a JPEG. */
static uint8_t *marker(file f, int which) {
    for (size_t i = 0; i + 1 < f.size; i++)
        if (f.data[i] == 0xff && f.data[i + 1] == which) return f.data + i + 2;
    exit(1);
}

static void set_jpeg_size(file f, int frame, int width, int height) {
    uint8_t *p = marker(f, frame);
    p[3] = (uint8_t)(height >> 8);
    p[4] = (uint8_t)height;
    p[5] = (uint8_t)(width >> 8);
    p[6] = (uint8_t)width;
}

static void check_limits(void) {
    file f = fixture("baseline.jpg");
    hum_image_free(&image);
    static const int sizes[][2] = {{65535, 65535}, {16385, 1}, {1, 16385}, {8001, 8000}};
    for (int i = 0; i < 4; i++) {
        set_jpeg_size(f, 0xc0, sizes[i][0], sizes[i][1]);
        CHECK_STATUS(decode(f.data, f.size), HUM_ERROR_LIMIT);
        char expected[64];
        snprintf(expected, sizeof expected, "%d x %d pixels", sizes[i][0], sizes[i][1]);
        CHECK_TEXT(error.text, expected);
    }
    CHECK_INT(image.capacity, 0); /* refused before anything was allocated */
    set_jpeg_size(f, 0xc0, 0, 17);
    CHECK_STATUS(decode(f.data, f.size), HUM_ERROR_FORMAT);
    /* Arithmetic coding, lossless, 12 bits: well formed, but not for stb. */
    set_jpeg_size(f, 0xc0, WIDTH, HEIGHT);
    uint8_t *p = marker(f, 0xc0);
    static const uint8_t frames[] = {0xc3, 0xc9, 0xca};
    for (int i = 0; i < 3; i++) {
        p[-1] = frames[i];
        CHECK_STATUS(decode(f.data, f.size), HUM_ERROR_UNSUPPORTED);
        CHECK_TEXT(error.text, i ? "arithmetic coding" : "lossless coding");
    }
    p[-1] = 0xc1;
    p[2] = 12;
    CHECK_STATUS(decode(f.data, f.size), HUM_ERROR_UNSUPPORTED);
    CHECK_TEXT(error.text, "12 bits");
    p[-1] = 0xc0;
    p[2] = 8;
    CHECK_STATUS(decode(f.data, f.size), HUM_OK);
    free(f.data);

    /* A progressive picture whose last scan comes again and again. */
    f = fixture("progressive.jpg");
    size_t last = 0;
    for (size_t i = 0; i + 1 < f.size; i++)
        if (f.data[i] == 0xff && f.data[i + 1] == 0xda) last = i;
    size_t scan = f.size - 2 - last, size = f.size;
    uint8_t *many = malloc(f.size + 300 * scan);
    memcpy(many, f.data, f.size);
    for (int i = 0; i < 300; i++, size += scan)
        memcpy(many + size - 2, f.data + last, scan + 2);
    CHECK_STATUS(decode(many, size), HUM_ERROR_LIMIT);
    CHECK_TEXT(error.text, "more than 256 scans");
    try_bytes(many, f.size + 200 * scan);
    set_jpeg_size((file){many, f.size}, 0xc2, 8000, 8000);
    CHECK_STATUS(decode(many, f.size + 16 * scan), HUM_ERROR_LIMIT);
    CHECK_TEXT(error.text, "8000 x 8000 pixels has more than 16 scans");
    free(many);
    free(f.data);
}

/* A PNG of 8 x 8 pixels whose data unpacks to far more than it needs: one deflate block
   of fixed codes, a zero and then "258 bytes, the last one again" over and over. */
static void check_bomb(void) {
    enum { MATCHES = 65000 }; /* 16 MB */
    size_t room = MATCHES * 13 / 8 + 200, at = 0, bit = 0;
    uint8_t *png = calloc(1, room);
    file head = fixture("rgb8.png");
    memcpy(png, head.data, 33); /* signature and IHDR; stb does not check the CRC */
    memcpy(png + 16, "\0\0\0\x08\0\0\0\x08", 8);
    memcpy(png + 37, "IDAT", 4);
    png[41] = 0x78;
    png[42] = 1;
    at = 43;
#define PUT(value)                                                                       \
    do {                                                                                 \
        if (value) png[at] |= (uint8_t)(1 << bit);                                       \
        if (++bit == 8) bit = 0, at++;                                                   \
    } while (0)
    static const char start[] = "110"
                                "00110000"; /* last block, fixed codes; literal 0 */
    static const char match[] = "11000101"
                                "00000"; /* length 258, distance 1 */
    for (const char *p = start; *p; p++) PUT(*p == '1');
    for (int i = 0; i < MATCHES; i++)
        for (const char *p = match; *p; p++) PUT(*p == '1');
    for (int i = 0; i < 7; i++) PUT(0); /* the end */
    at++;
    size_t n = at + 4 - 41; /* and four bytes of checksum */
    for (int i = 0; i < 4; i++) png[33 + i] = (uint8_t)(n >> (24 - 8 * i));
    at += 8;
    memcpy(png + at, "\0\0\0\0IEND\xae\x42\x60\x82", 12);
    CHECK_STATUS(decode(png, at + 12), HUM_OK); /* stb takes what it needs */
    CHECK(image.width == 8 && image.height == 8);
    free(png);
    free(head.data);
}

static void check_pixels(void) {
    uint8_t rgba[2 * 3 * 4];
    for (int i = 0; i < 24; i++) rgba[i] = (uint8_t)(10 * i);
    CHECK_STATUS(hum_image_from_rgba(rgba, 2, 3, &image, &error), HUM_OK);
    CHECK(image.width == 2 && image.height == 3);
    for (int i = 0; i < 6; i++)
        for (int c = 0; c < 3; c++)
            CHECK_INT(image.rgb[3 * i + c], over_white(rgba[4 * i + c], rgba[4 * i + 3]));
    static const int32_t sizes[][2] = {{0, 1},     {1, 0},       {-1, 1},
                                       {16385, 1}, {8001, 8000}, {INT32_MAX, INT32_MAX}};
    for (int i = 0; i < 6; i++) {
        CHECK_STATUS(hum_image_from_rgba(rgba, sizes[i][0], sizes[i][1], &image, &error),
                     HUM_ERROR_LIMIT);
        CHECK_INT(image.width, 0);
    }
}

int main(void) {
    check_pictures();
    check_limits();
    check_bomb();
    check_pixels();
    check_spoilt();
    hum_image_free(&image);
    return check_end();
}
