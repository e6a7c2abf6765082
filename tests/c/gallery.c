/* The gallery file: what is written can be read, the same additions give the same bytes,
   and no damaged file is read as if it were whole. */

#include "gallery.h"
#include "builder.h"
#include "search.h"

#include "check.h"

#include <math.h>
#include <stdlib.h>

enum { D = 20, AXES = 12, PHOTOS = 24, PEOPLE = 8 };

static void vector(int person, int photo, float *v) {
    uint32_t seed = (uint32_t)person * 7919u + 17;
    double sum = 0;
    for (int i = 0; i < D; i++) {
        seed = seed * 1664525u + 1013904223u;
        v[i] = (float)(seed >> 8) / 8388608 - 1 + 0.1f * (float)((photo * (i + 3)) % 5);
        sum += (double)v[i] * (double)v[i];
    }
    for (int i = 0; i < D; i++) v[i] = (float)(v[i] / sqrt(sum));
}

static hum_builder *make(int axes, const uint8_t **bytes, size_t *size) {
    hum_text error;
    hum_builder *b = hum_builder_create(D, "the contract", 1);
    for (int i = 0; i < PHOTOS; i++) {
        char name[16], file[16];
        float v[D];
        snprintf(name, sizeof name, "Person %d", i % PEOPLE);
        snprintf(file, sizeof file, "%d.jpg", i);
        vector(i % PEOPLE, i, v);
        const char *texts[7] = {name,       "https://example.org/p", file,
                                "a source", i ? "an author" : NULL,  "CC0",
                                "\xc3\xa9"};
        CHECK_STATUS(
            hum_builder_add(b, v, texts, (const uint8_t *)"thumb", (size_t)i % 6, &error),
            HUM_OK);
    }
    CHECK_STATUS(hum_builder_end(b, axes, bytes, size, &error), HUM_OK);
    return b;
}

/* Reads all that a parsed gallery offers; the sanitizer sees where it reaches too far. */
static long touch(const hum_gallery *g) {
    long sum = 0;
    for (int p = 0; p < g->people; p++)
        sum += (long)strlen(hum_gallery_entry(g, HUM_PERSON_NAME, p)) +
               (long)strlen(hum_gallery_entry(g, HUM_PERSON_LINK, p));
    for (int i = 0; i < g->rows; i++) {
        for (int f = HUM_PHOTO_FILE; f <= HUM_PHOTO_LINK; f++)
            sum += (long)strlen(hum_gallery_entry(g, f, i));
        size_t size;
        const uint8_t *thumb = hum_gallery_thumb(g, i, &size);
        while (size--) sum += thumb[size];
        CHECK(hum_gallery_person_of(g, i) < g->people);
        for (int d = 0; d < g->stride; d++)
            sum += g->row[(size_t)i * (size_t)g->stride + (size_t)d];
    }
    /* Damage may say that embeddings are longer, as far as their axes are padded. */
    static float v[HUM_MAX_DIMENSION], along[HUM_MAX_DIMENSION];
    hum_text error;
    v[0] = 0.6f;
    v[1] = 0.8f;
    if (g->projection.to &&
        hum_project_vector(&g->projection, v, along, &error) == HUM_OK &&
        hum_project_back(&g->projection, along, v, &error) == HUM_OK)
        for (int d = 0; d < D; d++) CHECK(fabsf(v[d]) <= 1.001f);
    memset(v, 0, sizeof v);
    return sum;
}

static hum_status parse_copy(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size ? size : 1); /* exact, for the sanitizer */
    hum_gallery g;
    hum_text error = {""};
    memcpy(copy, bytes, size);
    hum_status status = hum_gallery_parse(copy, size, &g, &error);
    if (status == HUM_OK) touch(&g);
    else CHECK(error.text[0] != 0);
    free(copy);
    return status;
}

static void round_trip(const uint8_t *bytes, size_t size) {
    hum_gallery g;
    hum_text error;
    CHECK_STATUS(hum_gallery_parse(bytes, size, &g, &error), HUM_OK);
    CHECK_INT(g.rows, PHOTOS);
    CHECK_INT(g.people, PEOPLE);
    CHECK_INT(g.dimension, D);
    CHECK_TEXT(g.contract, "the contract");
    CHECK_TEXT(hum_gallery_entry(&g, HUM_PERSON_NAME, 3), "Person 3");
    CHECK_TEXT(hum_gallery_entry(&g, HUM_PHOTO_FILE, 11), "11.jpg");
    CHECK_INT(strlen(hum_gallery_entry(&g, HUM_PHOTO_AUTHOR, 0)), 0);
    CHECK_INT(hum_gallery_person_of(&g, 11), 3);
    size_t thumb;
    CHECK(memcmp(hum_gallery_thumb(&g, 3, &thumb), "thu", 3) == 0 && thumb == 3);

    /* Search against cosines computed in double precision. */
    float v[D], best[PEOPLE];
    int32_t photo[PEOPLE];
    int16_t codes[32];
    hum_probe probe = {.codes = codes};
    vector(5, 13, v);
    hum_make_probe(v, D, g.stride, &probe);
    hum_score_people(&g, &probe, -1, best, photo);
    CHECK_INT(photo[5], 13);
    double worst = 0;
    for (int p = 0; p < PEOPLE; p++) {
        double most = -2;
        for (int i = p; i < PHOTOS; i += PEOPLE) {
            float w[D];
            double sum = 0;
            vector(p, i, w);
            for (int d = 0; d < D; d++) sum += (double)w[d] * (double)v[d];
            if (sum > most) most = sum;
        }
        worst = fmax(worst, fabs(most - (double)best[p]));
    }
    printf("int8 rows: largest error of a cosine %.5f\n", worst);
    CHECK(worst < 0.01); /* observed: 0.0027 */
    hum_score_people(&g, &probe, 13, best, photo);
    CHECK(photo[5] != 13);
}

/* Rows along axes: the photos that are as near as in double precision with these axes,
   and the photos' own, projected, are found. */
static void projected(const uint8_t *bytes, size_t size) {
    hum_gallery g;
    hum_text error;
    CHECK_STATUS(hum_gallery_parse(bytes, size, &g, &error), HUM_OK);
    CHECK_INT(g.dimension, AXES);
    CHECK_INT(g.stride, 16);
    CHECK_INT(g.probe_dimension, D);
    CHECK_INT(g.projection.to, AXES);
    CHECK_TEXT(hum_gallery_entry(&g, HUM_PHOTO_FILE, 11), "11.jpg");
    double y[PHOTOS][AXES], worst = 0;
    for (int i = 0; i < PHOTOS; i++) {
        float v[D];
        double sum = 0;
        vector(i % PEOPLE, i, v);
        for (int k = 0; k < AXES; k++) {
            y[i][k] = 0;
            for (int d = 0; d < D; d++)
                y[i][k] += g.projection.axis[k * g.projection.stride + d] *
                           (double)g.projection.norm[k] * (double)v[d];
            sum += y[i][k] * y[i][k];
        }
        for (int k = 0; k < AXES; k++) y[i][k] /= sqrt(sum);
    }
    for (int i = 0; i < PHOTOS; i++) {
        float v[D], along[AXES];
        int16_t codes[16];
        hum_probe probe = {.codes = codes};
        hum_match m[PEOPLE];
        vector(i % PEOPLE, i, v);
        CHECK_STATUS(hum_project_vector(&g.projection, v, along, &error), HUM_OK);
        hum_make_probe(along, AXES, g.stride, &probe);
        CHECK_INT(hum_nearest(&g, &probe, PEOPLE, NULL, m), PEOPLE);
        CHECK_INT(m[0].photo, i);
        for (int k = 0; k < PEOPLE; k++) {
            double cosine = 0;
            for (int a = 0; a < AXES; a++) cosine += y[i][a] * y[m[k].photo][a];
            worst = fmax(worst, fabs(cosine - (double)m[k].score));
        }
    }
    printf("projected int8 rows: largest error of a cosine %.5f\n", worst);
    CHECK(worst < 0.02); /* observed: 0.0062 */
}

/* Sections that say what a builder never writes. */
static void bad_axes(const uint8_t *bytes, size_t size) {
    hum_gallery g;
    hum_text error;
    CHECK_STATUS(hum_gallery_parse(bytes, size, &g, &error), HUM_OK);
    size_t norms = (size_t)((const uint8_t *)g.projection.norm - bytes);
    size_t axis = (size_t)((const uint8_t *)g.projection.axis - bytes);
    static const float lengths[] = {NAN, INFINITY, -INFINITY, 0, -1, 1e-30f, 1e30f, 1};
    uint8_t *copy = malloc(size);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memcpy(copy, bytes, size);
        memcpy(copy + norms + 4, &lengths[i], 4);
        CHECK_STATUS(parse_copy(copy, size), HUM_ERROR_FORMAT);
    }
    memcpy(copy, bytes, size);
    memset(copy + axis, 0, D); /* an axis without a direction */
    CHECK_STATUS(parse_copy(copy, size), HUM_ERROR_FORMAT);
    memcpy(copy, bytes, size);
    copy[axis + D] = 1; /* behind its end */
    CHECK_STATUS(parse_copy(copy, size), HUM_ERROR_FORMAT);
    static const struct {
        uint8_t rows, probe;
        hum_status status;
    } dimensions[] = {{AXES, AXES, HUM_ERROR_FORMAT},  {AXES, AXES - 1, HUM_ERROR_LIMIT},
                      {AXES, D + 1, HUM_OK},           {AXES, 200, HUM_ERROR_FORMAT},
                      {AXES + 1, D, HUM_ERROR_FORMAT}, {D, D, HUM_ERROR_FORMAT},
                      {1, D, HUM_ERROR_LIMIT},         {0, D, HUM_ERROR_LIMIT},
                      {AXES, 0, HUM_ERROR_LIMIT}};
    for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++) {
        memcpy(copy, bytes, size);
        copy[16] = dimensions[i].rows;
        copy[32] = dimensions[i].probe;
        CHECK_INT(hum_gallery_parse(copy, size, &g, &error), dimensions[i].status);
    }
    memcpy(copy, bytes, size);
    copy[34] = 1; /* 65,556 numbers */
    CHECK_STATUS(parse_copy(copy, size), HUM_ERROR_LIMIT);
    free(copy);
}

/* Rows whose cosines would not be -1..1. */
static void bad_rows(const uint8_t *bytes, size_t size) {
    hum_gallery g;
    hum_text error;
    CHECK_STATUS(hum_gallery_parse(bytes, size, &g, &error), HUM_OK);
    size_t norms = (size_t)((const uint8_t *)g.norm - bytes);
    size_t rows = (size_t)((const uint8_t *)g.row - bytes), last = (size_t)g.rows - 1;
    static const float lengths[] = {NAN, INFINITY, 0, -1, 1e-4f, 1};
    uint8_t *copy = malloc(size);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memcpy(copy, bytes, size);
        memcpy(copy + norms + 4 * last, &lengths[i], 4);
        CHECK_STATUS(parse_copy(copy, size), HUM_ERROR_FORMAT);
    }
    memcpy(copy, bytes, size);
    memset(copy + rows, 0, D); /* without a direction */
    CHECK_STATUS(parse_copy(copy, size), HUM_ERROR_FORMAT);
    memcpy(copy, bytes, size);
    copy[rows + D] = 1; /* behind its end */
    CHECK_STATUS(parse_copy(copy, size), HUM_ERROR_FORMAT);
    free(copy);
}

/* A random direction. */
static void unit(int seed, float *v, int n) {
    uint32_t state = (uint32_t)seed * 2654435761u + 1;
    double sum = 0;
    for (int i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        v[i] = (float)(state >> 8) / 8388608 - 1;
        sum += (double)v[i] * (double)v[i];
    }
    for (int i = 0; i < n; i++) v[i] = (float)(v[i] / sqrt(sum));
}

/* The nearest people are those that scoring everybody finds, in the same order and with
   the same bits, with and without threads: galleries with near ties, with equal rows,
   with people who come again. */
static void nearest(void) {
    enum { N = 64, PERSONS = 37, ROWS = 2003 };
    hum_text error;
    hum_pool *pool = hum_pool_create(2); /* NULL in a build without threads */
    for (int round = 0; round < 30; round++) {
        int n = round % 2 ? N : N - 16;
        hum_builder *b = hum_builder_create(n, "c", 0);
        float probe_vector[N], row[N];
        unit(round, probe_vector, n);
        for (int i = 0; i < ROWS; i++) {
            char name[16];
            snprintf(name, sizeof name, "P%d", i * 7 % PERSONS);
            const char *texts[7] = {name};
            int alike = i % 3 == 0;
            unit(i % 11 == 0 ? 77 : 1000 * round + i, row, n); /* some are equal */
            double sum = 0;
            for (int d = 0; d < n; d++) {
                if (alike) row[d] = probe_vector[d] + row[d] / 50;
                sum += (double)row[d] * (double)row[d];
            }
            for (int d = 0; d < n; d++) row[d] = (float)(row[d] / sqrt(sum));
            CHECK_STATUS(hum_builder_add(b, row, texts, NULL, 0, &error), HUM_OK);
        }
        const uint8_t *bytes;
        size_t size;
        hum_gallery g;
        CHECK_STATUS(hum_builder_end(b, 0, &bytes, &size, &error), HUM_OK);
        CHECK_STATUS(hum_gallery_parse(bytes, size, &g, &error), HUM_OK);
        int16_t codes[N];
        hum_probe probe = {.codes = codes};
        hum_make_probe(probe_vector, n, g.stride, &probe);
        float best[PERSONS];
        int32_t photo[PERSONS];
        hum_score_people(&g, &probe, -1, best, photo);
        int32_t k = round % 4 < 2 ? 5 : PERSONS + 1;
        hum_match found[PERSONS + 1];
        int32_t count = hum_nearest(&g, &probe, k, round % 3 ? pool : NULL, found);
        CHECK_INT(count, k < PERSONS ? k : PERSONS);
        for (int32_t i = 0; i < count; i++) {
            int32_t top = 0;
            for (int32_t p = 1; p < PERSONS; p++)
                if (best[p] > best[top]) top = p;
            CHECK_INT(found[i].person, top);
            CHECK_INT(found[i].photo, photo[top]);
            CHECK(found[i].score == best[top]);
            best[top] = -3;
        }
        hum_builder_free(b);
    }
    hum_pool_free(pool);
}

/* A photo each of enough people to measure strangers. */
static hum_builder *strangers_only(int calibrated) {
    hum_text error;
    hum_builder *b = hum_builder_create(D, "c", calibrated);
    for (int i = 0; i < 40; i++) {
        char name[16];
        float v[D];
        snprintf(name, sizeof name, "P%d", i);
        vector(i, 0, v);
        const char *texts[7] = {name};
        CHECK_STATUS(hum_builder_add(b, v, texts, NULL, 0, &error), HUM_OK);
    }
    return b;
}

/* What calibrate.h measures (tests/c/calibrate.c) reaches the file and comes back. */
static void calibration(const uint8_t *bytes, size_t size) {
    hum_gallery g;
    hum_text error;
    CHECK_STATUS(hum_gallery_parse(bytes, size, &g, &error), HUM_OK);
    CHECK_INT(g.stranger_pairs, PHOTOS * (PEOPLE - 1));
    CHECK_INT(g.kin_pairs, PHOTOS);
    CHECK_INT(g.nearest_probes, PHOTOS);
    CHECK(g.strangers == NULL); /* 168 pairs are too few to speak of one in a hundred */
    CHECK(g.kin == NULL && g.nearest != NULL);
    hum_builder *b = strangers_only(1);
    const uint8_t *file;
    size_t n;
    CHECK_STATUS(hum_builder_end(b, 0, &file, &n, &error), HUM_OK);
    CHECK_STATUS(hum_gallery_parse(file, n, &g, &error), HUM_OK);
    CHECK_INT(g.stranger_pairs, 40 * 39);
    CHECK_INT(g.kin_pairs, 0);
    CHECK_INT(g.nearest_probes, 40);
    if (CHECK(g.strangers != NULL), g.strangers) {
        double most = -2;
        for (int i = 0; i < 40; i++)
            for (int j = 0; j < i; j++) {
                double sum = 0;
                for (int d = 0; d < D; d++)
                    sum += g.row[i * g.stride + d] * g.row[j * g.stride + d];
                most = fmax(most, sum * (double)g.norm[i] * (double)g.norm[j]);
            }
        CHECK(fabs(most - (double)g.strangers[HUM_QUANTILES - 1]) < 1e-3);
        CHECK(fabsf(hum_share_below(g.strangers, g.strangers[500]) - 0.5f) < 0.01f);
    }
    hum_builder_free(b);
}

/* Rows that are not photos: read as before, and nothing is said of strangers. */
static void uncalibrated(void) {
    hum_text error;
    hum_gallery g;
    const uint8_t *bytes[2];
    size_t size[2];
    hum_builder *b[2];
    for (int calibrated = 0; calibrated < 2; calibrated++) {
        b[calibrated] = strangers_only(calibrated);
        for (int again = 0; again < 2; again++) /* ending twice changes nothing */
            CHECK_STATUS(hum_builder_end(b[calibrated], 0, &bytes[calibrated],
                                         &size[calibrated], &error),
                         HUM_OK);
        CHECK_STATUS(hum_gallery_parse(bytes[calibrated], size[calibrated], &g, &error),
                     HUM_OK);
        CHECK_INT(g.people, 40);
        CHECK_INT(g.stranger_pairs, calibrated ? 40 * 39 : 0);
        CHECK_INT(g.kin_pairs, 0);
        CHECK((g.strangers != NULL) == calibrated);
        touch(&g);
    }
    /* They differ in the calibration, which is last, and nowhere else. */
    size_t head = size[0] - 16 - 3 * 4 * HUM_QUANTILES;
    CHECK(size[0] == size[1] && memcmp(bytes[0], bytes[1], head) == 0);
    for (int i = 0; i < 2; i++) hum_builder_free(b[i]);
}

static void damage(const uint8_t *bytes, size_t size) {
    for (size_t n = 0; n < size; n++) /* cut off anywhere */
        if (parse_copy(bytes, n) == HUM_OK) CHECK_INT(n, size);
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, bytes, size);
    copy[size] = 0; /* a byte too many */
    CHECK_STATUS(parse_copy(copy, size + 1), HUM_ERROR_FORMAT);
    long accepted = 0;
    for (size_t i = 0; i < size; i++)
        for (int k = 0; k < 3; k++) {
            static const uint8_t flips[3] = {0x01, 0x80, 0xff};
            copy[i] ^= flips[k];
            accepted += parse_copy(copy, size) == HUM_OK;
            copy[i] ^= flips[k];
        }
    /* Thumbnails and letters may differ and still be a gallery. */
    printf("%zu bytes, %zu changes: %ld still readable\n", size, 3 * size, accepted);
    CHECK(accepted < (long)(3 * size));
    memcpy(copy, "XUMG", 4);
    CHECK_STATUS(parse_copy(copy, size), HUM_ERROR_FORMAT);
    memcpy(copy, bytes, size);
    copy[4] = 9;
    CHECK_STATUS(parse_copy(copy, size), HUM_ERROR_UNSUPPORTED);
    free(copy);
}

static void put_number(uint8_t *at, uint64_t value, size_t width) {
    for (size_t i = 0; i < width; i++) at[i] = (uint8_t)(value >> (8 * i));
}

/* 524,288 rows of 8,192 numbers that are not there: 2^32 bytes are none in 32 bits, which
   a size_t of WebAssembly has. Everything else is as it should be. */
static void missing_rows(void) {
    enum { ROWS = 1 << 19, LONG = 1 << 13, SECTIONS = 9 };
    static const char tags[] = "CONTAXESROWSNORMPERSPHOTTEXTTHMBCALI";
    const size_t sizes[SECTIONS] = {
        2, 0, 0, 4 * ROWS, 8, 32 * ROWS, 3, 0, 16 + 3 * 4 * HUM_QUANTILES};
    size_t at[SECTIONS], end = 64 + 24 * SECTIONS;
    for (int i = 0; i < SECTIONS; i++) {
        at[i] = (end + 63) & ~(size_t)63;
        end = at[i] + sizes[i];
    }
    uint8_t *bytes = calloc(end, 1);
    memcpy(bytes, "HUMG\3", 5);
    put_number(bytes + 8, end, 8);
    put_number(bytes + 16, LONG, 4);
    put_number(bytes + 20, ROWS, 4);
    put_number(bytes + 24, 1, 4);
    put_number(bytes + 28, SECTIONS, 4);
    put_number(bytes + 32, LONG, 4);
    for (size_t i = 0; i < SECTIONS; i++) {
        memcpy(bytes + 64 + 24 * i, tags + 4 * i, 4);
        put_number(bytes + 64 + 24 * i + 8, at[i], 8);
        put_number(bytes + 64 + 24 * i + 16, sizes[i], 8);
    }
    bytes[at[0]] = 'c';
    for (size_t i = 0; i < ROWS; i++) put_number(bytes + at[3] + 4 * i, 0x3c000000, 4);
    memcpy(bytes + at[6], "\0P", 3);
    put_number(bytes + at[4], 1, 4);
    hum_gallery g;
    hum_text error = {""};
    CHECK_STATUS(hum_gallery_parse(bytes, end, &g, &error), HUM_ERROR_FORMAT);
    CHECK_TEXT(error.text,
               "section ROWS of the gallery has 0 bytes, expected 4294967296");
    free(bytes);
}

static void refusals(void) {
    hum_text error;
    hum_builder *b = hum_builder_create(D, "c", 1);
    const uint8_t *bytes;
    size_t size;
    float v[D];
    vector(0, 0, v);
    CHECK_STATUS(hum_builder_end(b, 0, &bytes, &size, &error), HUM_ERROR_STATE);
    static const char *const bad[] = {"",         "a\nb",         "\xff",
                                      "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                                      "\xc2\x85", "cut \xe2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *texts[7] = {bad[i]};
        CHECK_STATUS(hum_builder_add(b, v, texts, NULL, 0, &error), HUM_ERROR_ARGUMENT);
    }
    char *longest = malloc(HUM_MAX_TEXT + 2);
    memset(longest, 'a', HUM_MAX_TEXT + 1);
    longest[HUM_MAX_TEXT + 1] = 0;
    const char *texts[7] = {longest};
    CHECK_STATUS(hum_builder_add(b, v, texts, NULL, 0, &error), HUM_ERROR_LIMIT);
    longest[HUM_MAX_TEXT] = 0;
    CHECK_STATUS(hum_builder_add(b, v, texts, NULL, 0, &error), HUM_OK);
    free(longest);
    for (int i = 1; i < 5; i++) {
        const char *name[7] = {"P"};
        vector(i, 0, v);
        CHECK_STATUS(hum_builder_add(b, v, name, NULL, 0, &error), HUM_OK);
    }
    static const int32_t axes[] = {-1, 1, 6, D, HUM_MAX_AXES + 1, INT32_MAX};
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        CHECK_STATUS(hum_builder_end(b, axes[i], &bytes, &size, &error), HUM_ERROR_LIMIT);
        CHECK_TEXT(error.text, "5 photos with embeddings of 20 numbers cannot have");
    }
    CHECK_STATUS(hum_builder_end(b, 5, &bytes, &size, &error), HUM_OK);
    hum_builder_free(b);
}

int main(void) {
    const uint8_t *bytes, *again;
    size_t size, size_again;
    hum_builder *a = make(0, &bytes, &size), *b = make(0, &again, &size_again);
    CHECK(size == size_again && memcmp(bytes, again, size) == 0);
    round_trip(bytes, size);
    bad_rows(bytes, size);
    calibration(bytes, size);
    uncalibrated();
    nearest();
    damage(bytes, size);
    missing_rows();
    refusals();
    hum_builder_free(a);
    hum_builder_free(b);
    a = make(AXES, &bytes, &size);
    b = make(AXES, &again, &size_again);
    CHECK(size == size_again && memcmp(bytes, again, size) == 0);
    projected(bytes, size);
    bad_axes(bytes, size);
    damage(bytes, size);
    hum_builder_free(a);
    hum_builder_free(b);
    return check_end();
}
