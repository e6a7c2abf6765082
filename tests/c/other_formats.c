/* WebP, HEIC and AVIF: what each picture in tests/fixtures/pictures (made by
   make-others.mjs there) shows, turned and cropped in every way; limits; damage. What was
   built without the libraries, as WebAssembly is, says so. */

#include "other_formats.h"

#include "check.h"
#include "files.h"

enum { WIDTH = 29, HEIGHT = 17 };

static char reason[OTHER_REASON];

static file picture_file(const char *name) {
    char path[100];
    snprintf(path, sizeof path, "tests/fixtures/pictures/%s", name);
    return need_file(path);
}

/* ---- Told by the first bytes ----------------------------------------------------- */

static const other_format *kind_of(const char *text, size_t size) {
    return other_format_of((const uint8_t *)text, size);
}
#define KIND(text) kind_of(text, sizeof text - 1)

static void test_kinds(void) {
    const other_format *webp = KIND("RIFF\x20\0\0\0WEBPVP8 ");
    const other_format *heic = KIND("\0\0\0\x14"
                                    "ftypheic\0\0\0\0mif1");
    const other_format *avif = KIND("\0\0\0\x14"
                                    "ftypavif\0\0\0\0mif1");
    CHECK(webp && heic && avif && webp != heic && heic != avif && webp != avif);
    CHECK(KIND("\0\0\0\x18"
               "ftypmif1\0\0\0\0miafheic") == heic);
    CHECK(KIND("\0\0\0\x18"
               "ftypmif1\0\0\0\0miafavif") == avif);
    /* Without a name of the codec libheif may know; what lies behind the box is not it.
     */
    CHECK(KIND("\0\0\0\x14"
               "ftypmif1\0\0\0\0miafavif") == heic);
    CHECK(KIND("\0\0\0\x14"
               "ftypmsf1\0\0\0\0hevc") == heic);
    CHECK(KIND("\0\0\0\x14"
               "ftypavis\0\0\0\0msf1") == avif);
    CHECK(!KIND("\0\0\0\x14"
                "ftypisom\0\0\0\0mp42")); /* a film */
    CHECK(!KIND("RIFF\x20\0\0\0WAVEfmt "));
    CHECK(!KIND("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0"));
    CHECK(!KIND("RIFF\x20\0\0\0WEB") &&
          !KIND("\0\0\0\x14"
                "ftypheic") &&
          !KIND(""));
}

/* ---- What the pictures show ------------------------------------------------------ */

/* irot, then imir, as the file has them; -1: none. EXIF's are said in the same words. */
typedef struct {
    int angle, mirror;
} turned;

/* Where a pixel of the upright picture lies in a picture of w x h that was not turned. */
static void undo(turned t, int w, int h, int *x, int *y) {
    int upright_w = t.angle % 2 ? h : w, upright_h = t.angle % 2 ? w : h;
    if (t.mirror == 0) *y = upright_h - 1 - *y; /* top and bottom change places */
    if (t.mirror == 1) *x = upright_w - 1 - *x;
    for (int i = 0; i < t.angle; i++) { /* a quarter clockwise */
        int right = upright_h - 1 - *y, down = *x;
        *x = right, *y = down;
        int swap = upright_w;
        upright_w = upright_h, upright_h = swap;
    }
}

typedef struct {
    const char *name;
    enum { OPAQUE, ALPHA, MULTIPLIED, TO_BE_DIVIDED } alpha;
    turned turned;
    int x, y, width, height; /* what is shown of it; elsewhere it is transparent */
    int canvas;              /* 1: it lies there in the whole, 0: it is all there is */
    int tolerance;
} picture_case;

#define WHOLE 0, 0, WIDTH, HEIGHT, 0

/* The pixels are those that make.mjs and formats.c have. */
static int count_wrong(const other_picture *p, const picture_case *c) {
    int wrong = 0, w = c->canvas ? WIDTH : c->width, h = c->canvas ? HEIGHT : c->height;
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++) {
            const uint8_t *rgba = p->rgba + 4 * (y * p->width + x);
            int fx = x, fy = y;
            undo(c->turned, w, h, &fx, &fy);
            if (!c->canvas) fx += c->x, fy += c->y;
            int inside =
                fx >= c->x && fx < c->x + c->width && fy >= c->y && fy < c->y + c->height;
            int a = !inside ? 0 : c->alpha ? 9 * fx : 255;
            wrong += rgba[3] != a;
            if (!a) continue;
            int expected[] = {10 + 8 * fx, 20 + 12 * fy, 200 - 4 * fx - 2 * fy};
            /* What was multiplied by a small alpha has lost its low bits. */
            int t = c->alpha > ALPHA ? 1 + 3 * 255 / a : c->tolerance;
            for (int k = 0; k < 3; k++) {
                int e = c->alpha == TO_BE_DIVIDED ? expected[k] * 255 / a : expected[k];
                int d = rgba[k] - (e > 255 ? 255 : e);
                wrong += d > t || d < -t;
            }
        }
    return wrong;
}

/* What a format's library is called, by the end of a file's name; built: whether it is
   there. */
static const char *library_of(const char *name, int *built) {
    const char *end = strrchr(name, '.');
    *built = 0;
#ifdef HUM_WEBP
    *built |= strcmp(end, ".webp") == 0;
#endif
#ifdef HUM_HEIC
    *built |= strcmp(end, ".heic") == 0;
#endif
#ifdef HUM_AVIF
    *built |= strcmp(end, ".avif") == 0;
#endif
    return strcmp(end, ".webp") == 0 ? "a WebP picture; this command was built without "
                                       "libwebp: install libwebp-dev"
           : strcmp(end, ".heic") == 0
               ? "a HEIC picture; this command was built without "
                 "libheif: install libheif-dev"
               : "an AVIF picture; this command was built without "
                 "libavif: install libavif-dev";
}

static void check_picture(const file *f, const picture_case *c) {
    const other_format *format = other_format_of(f->data, f->size);
    other_picture p;
    int built;
    const char *without = library_of(c->name, &built);
    if (!CHECK(format != NULL)) return;
    int ok = other_format_decode(format, f->data, f->size, &p, reason);
    CHECK_INT(ok, built);
    if (!built) CHECK_TEXT(reason, without);
    else if (!ok) printf("    %s: %s\n", c->name, reason);
    if (!ok) return;
    int w = c->canvas ? WIDTH : c->width, h = c->canvas ? HEIGHT : c->height;
    CHECK_INT(p.width, c->turned.angle % 2 ? h : w);
    CHECK_INT(p.height, c->turned.angle % 2 ? w : h);
    int wrong = count_wrong(&p, c);
    if (!CHECK(wrong == 0))
        printf("    %s, irot %d, imir %d: %d wrong\n", c->name, c->turned.angle,
               c->turned.mirror, wrong);
    free(p.rgba);
}

static void check_file(picture_case c) {
    file f = picture_file(c.name);
    check_picture(&f, &c);
    free(f.data);
}

/* The value of the only property of this type. */
static uint8_t *property(const file *f, const char *type) {
    for (size_t i = 4; i + 5 <= f->size; i++)
        if (memcmp(f->data + i, type, 4) == 0) return f->data + i + 4;
    printf("there is no %s\n", type);
    exit(1);
}

/* All that irot and imir can say, from two files that have them. */
static void check_turned(const char *irot, const char *both) {
    file one = picture_file(irot), two = picture_file(both);
    for (int angle = 0; angle < 4; angle++) {
        *property(&one, "irot") = *property(&two, "irot") = (uint8_t)angle;
        check_picture(&one, &(picture_case){irot, OPAQUE, {angle, -1}, WHOLE, 1});
        for (int mirror = 0; mirror < 2; mirror++) {
            *property(&two, "imir") = (uint8_t)mirror;
            check_picture(&two, &(picture_case){both, OPAQUE, {angle, mirror}, WHOLE, 1});
        }
    }
    free(one.data);
    free(two.data);
}

static void test_pictures(void) {
    /* Tolerances: the largest differences. heif-enc is not quite without loss. */
    static const picture_case cases[] = {
        {"plain.webp", OPAQUE, {0, -1}, WHOLE, 0},
        {"alpha.webp", ALPHA, {0, -1}, WHOLE, 0},
        {"lossy.webp", OPAQUE, {0, -1}, WHOLE, 8},
        {"exif6.webp", OPAQUE, {3, -1}, WHOLE, 0},
        {"exif7.webp", OPAQUE, {1, 1}, WHOLE, 0},
        {"animated.webp", OPAQUE, {0, -1}, 4, 6, 10, 8, 1, 0},
        {"plain.heic", OPAQUE, {0, -1}, WHOLE, 1},
        {"alpha.heic", ALPHA, {0, -1}, WHOLE, 1},
        {"premultiplied.heic", TO_BE_DIVIDED, {0, -1}, WHOLE, 0},
        {"plain.avif", OPAQUE, {0, -1}, WHOLE, 0},
        {"alpha.avif", ALPHA, {0, -1}, WHOLE, 0},
        {"premultiplied.avif", MULTIPLIED, {0, -1}, WHOLE, 0},
        {"crop.avif", OPAQUE, {1, -1}, 4, 6, 10, 8, 0, 0},
        {"animated.avif", OPAQUE, {0, -1}, WHOLE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_file(cases[i]);
    check_turned("irot1.heic", "irot1-imir1.heic");
    check_turned("irot1.avif", "irot1-imir1.avif");
}

/* ---- Limits ---------------------------------------------------------------------- */

static void put_number(uint8_t *at, int bytes, int big, unsigned value) {
    for (int i = 0; i < bytes; i++)
        at[big ? bytes - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

/* The file with another size in its head: it must be refused before it is decoded. */
static void check_limit(const char *name, unsigned width, unsigned height,
                        const char *part) {
    file f = picture_file(name);
    other_picture p;
    int built, is_webp = strstr(name, ".webp") != NULL;
    library_of(name, &built);
    for (size_t i = 4; i + 12 <= f.size; i++) {
        if (is_webp && memcmp(f.data + i, "VP8X", 4) == 0) {
            put_number(f.data + i + 12, 3, 0, width - 1);
            put_number(f.data + i + 15, 3, 0, height - 1);
        } else if (!is_webp && memcmp(f.data + i, "ispe", 4) == 0) {
            put_number(f.data + i + 8, 4, 1, width);
            put_number(f.data + i + 12, 4, 1, height);
        }
    }
    const other_format *format = other_format_of(f.data, f.size);
    CHECK(!other_format_decode(format, f.data, f.size, &p, reason));
    CHECK(!p.rgba);
    if (built) CHECK_TEXT(reason, part);
    free(f.data);
}

static void test_limits(void) {
    /* An animation may be larger than its first picture, a still may not. */
    check_limit("animated.webp", 8001, 8000,
                "8001 x 8000 pixels; at most 16384 on a side");
    check_limit("animated.webp", 16385, 1000, "16385 x 1000 pixels");
    check_limit("exif6.webp", 100, 100, "the WebP picture is damaged");
    check_limit("plain.heic", 8001, 8000, "8001 x 8000 pixels; at most 16384 on a side");
    check_limit("plain.heic", 60000, 60000, "60000x60000");
    check_limit("plain.avif", 8001, 8000, "8001 x 8000 pixels; at most 16384 on a side");
    check_limit("plain.avif", 16385, 1000, "16385 x 1000 pixels");
    check_limit("plain.avif", 60000, 60000, "60000x60000");
}

/* ---- Damage ---------------------------------------------------------------------- */

#ifndef __EMSCRIPTEN__
#include "apart.h"

/* In the process of apart.h what a sanitizer finds is an exit code, and is printed here;
   where a library runs out of stack is a signal. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "log_path=stdout:handle_segv=0";
}

typedef struct {
    int taken, refused, ended; /* ended: with a signal, by the library */
} outcomes;

/* A copy, so that the sanitizer knows its end. */
static void try_bytes(const uint8_t *bytes, size_t size, int apart, outcomes *sum) {
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) exit(1);
    memcpy(copy, bytes, size);
    const other_format *format = other_format_of(copy, size);
    other_picture p = {0};
    reason[0] = 0;
    if (format &&
        (apart ? apart_decode : other_format_decode)(format, copy, size, &p, reason)) {
        sum->taken++;
        int64_t n = (int64_t)p.width * p.height;
        CHECK(p.width >= 1 && p.height >= 1 && n <= HUM_MAX_PHOTO_PIXELS);
        uint8_t *last = malloc(4); /* it is all there */
        if (last) memcpy(last, p.rgba + 4 * (n - 1), 4);
        free(last);
        if (apart) apart_free(&p);
        else free(p.rgba);
    } else if (format) {
        sum->refused++;
        sum->ended += strstr(reason, "ended by signal") != NULL;
        if (!CHECK(reason[0] && !p.rgba && !strstr(reason, "exit code")))
            printf("    %s\n", reason);
    }
    free(copy);
}

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* Cut off everywhere, each byte spoilt by a bit, then several bytes at once. libheif may
   end the process on the last two: apart, and fewer of them. */
static outcomes damage(const file *f, int apart) {
    outcomes sum = {0};
    uint32_t state = 1;
    for (size_t size = 0; size < f->size; size++) try_bytes(f->data, size, 0, &sum);
    uint8_t *copy = malloc(f->size);
    if (!copy) exit(1);
    for (size_t at = 0; at < f->size; at += apart ? 40 : 1) {
        memcpy(copy, f->data, f->size);
        copy[at] ^= (uint8_t)(1 << next_random(&state) % 8);
        try_bytes(copy, f->size, apart, &sum);
    }
    for (int i = 0; i < (apart ? 100 : 500); i++) {
        memcpy(copy, f->data, f->size);
        for (uint32_t left = 1 + next_random(&state) % 8; left; left--)
            copy[next_random(&state) % f->size] = (uint8_t)next_random(&state);
        try_bytes(copy, f->size, apart, &sum);
    }
    free(copy);
    return sum;
}

static void test_damage(void) {
    static const char *const names[] = {
        "plain.webp",         "alpha.webp",    "lossy.webp",       "exif6.webp",
        "exif7.webp",         "animated.webp", "alpha.heic",       "irot1-imir1.heic",
        "premultiplied.heic", "crop.avif",     "irot1-imir1.avif", "premultiplied.avif",
        "animated.avif",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int built;
        library_of(names[i], &built);
        file f = picture_file(names[i]);
        int is_heic = strstr(names[i], ".heic") != NULL;
        outcomes sum = damage(&f, is_heic);
        printf("%s: of the damaged copies %d are read, %d refused, %d of them as the "
               "library ended\n",
               names[i], sum.taken, sum.refused, sum.ended);
        CHECK(sum.refused > 100);
        CHECK_INT(sum.taken > 0, built);
        CHECK(sum.ended * 50 <= sum.refused);
        free(f.data);
    }
}

/* Apart gives what is given here. */
static void test_apart(void) {
    file f = picture_file("exif6.webp");
    const other_format *format = other_format_of(f.data, f.size);
    other_picture here, there;
    char other_reason[OTHER_REASON];
    int ok = other_format_decode(format, f.data, f.size, &here, reason);
    CHECK_INT(apart_decode(format, f.data, f.size, &there, other_reason), ok);
    if (ok) {
        CHECK(here.width == there.width && here.height == there.height);
        CHECK(memcmp(here.rgba, there.rgba,
                     (size_t)here.width * (size_t)here.height * 4) == 0);
        free(here.rgba);
        apart_free(&there);
    } else {
        CHECK_TEXT(other_reason, reason);
    }
    CHECK(!apart_decode(format, f.data, 40, &there, other_reason) && !there.rgba);
    CHECK_TEXT(other_reason, "WebP picture");
    free(f.data);
    /* On which libheif 1.15 never ends, but for want of stack. */
    f = picture_file("of-itself.heic");
    format = other_format_of(f.data, f.size);
    CHECK(!apart_decode(format, f.data, f.size, &there, other_reason) && !there.rgba);
    CHECK_TEXT(other_reason, "picture");
    free(f.data);
}
#else
static void test_damage(void) {}
static void test_apart(void) {}
#endif

int main(void) {
    test_kinds();
    test_pictures();
    test_limits();
    test_apart();
    test_damage();
    return check_end();
}
