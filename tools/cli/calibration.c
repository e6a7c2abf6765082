/* Whether what a gallery says of strangers is so: half of the people become a gallery,
   the others are strangers to it, again and again. */

#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HALVINGS = 100, LEVELS = 3 };

static const float levels[LEVELS] = {0.9f, 0.99f, 0.999f};

/* Of each halving: shares of what strangers were told. */
typedef struct {
    double above[LEVELS][HALVINGS]; /* of (photo, person) scores */
    double alike[HALVINGS];         /* of photos; NAN: nothing is said of the nearest */
    int reaches[LEVELS];            /* halvings whose people can tell of this level */
    int people;                     /* of each gallery */
    double scores;                  /* of strangers, on average */
} told;

void people_shuffle(int *order, int n) {
    static uint64_t seed = 1;
    for (int i = n - 1; i > 0; i--) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int j = (int)((seed >> 33) % (uint64_t)(i + 1)), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

int gallery_load_made(hum_engine *engine, int axes, unsigned char **bytes) {
    const uint8_t *made;
    size_t size;
    if (hum_gallery_end(engine, axes, &made, &size) != HUM_OK)
        return cli_fail("%s", hum_error(engine));
    unsigned char *copy = must_alloc(size, 1);
    memcpy(copy, made, size);
    if (hum_load_gallery(engine, copy, size, 0) != HUM_OK) {
        free(copy);
        return cli_fail("%s", hum_error(engine));
    }
    free(*bytes);
    *bytes = copy;
    return EXIT_DONE;
}

/* Makes the people marked 1 the gallery. */
static int load_half(hum_engine *engine, const photo_set *s, const int *marked,
                     unsigned char **bytes) {
    if (hum_gallery_begin(engine, 0) != HUM_OK) return cli_fail("%s", hum_error(engine));
    for (int i = 0; i < s->count; i++) {
        char name[16];
        if (!marked[s->person[i]]) continue;
        snprintf(name, sizeof name, "%d", s->person[i]);
        if (hum_gallery_add(engine, photo_row(s, i), name, NULL, NULL, NULL, NULL, NULL,
                            NULL, NULL, 0) != HUM_OK)
            return cli_fail("%s", hum_error(engine));
    }
    return gallery_load_made(engine, 0, bytes);
}

/* Looks for all strangers. Returns EXIT_NOTHING if this gallery says nothing of them. */
static int ask_half(hum_engine *engine, const photo_set *s, const int *marked, int half,
                    told *t) {
    hum_match matches[HUM_MAX_MATCHES];
    double photos = 0, alike = 0, above[LEVELS] = {0};
    int32_t count;
    float *self = must_alloc((size_t)s->dimension, sizeof *self);
    /* What its own photo is told is the most that it tells anybody. */
    int ok = hum_gallery_embedding(engine, 0, self) == HUM_OK &&
             hum_search(engine, self, 1, matches, &count) == HUM_OK;
    free(self);
    if (ok && matches[0].strangers < 0) return EXIT_NOTHING;
    int tells_nearest = ok && matches[0].nearest >= 0;
    for (int l = 0; ok && l < LEVELS; l++)
        t->reaches[l] += matches[0].strangers >= levels[l];
    for (int i = 0; ok && i < s->count; i++) {
        if (marked[s->person[i]]) continue;
        ok = hum_search(engine, photo_row(s, i), HUM_MAX_MATCHES, matches, &count) ==
             HUM_OK;
        if (!ok) break;
        photos++;
        alike += matches[0].nearest >= HUM_ALIKE;
        for (int l = 0; l < LEVELS; l++)
            for (int m = 0; m < count; m++) above[l] += matches[m].strangers >= levels[l];
        if (count < t->people && matches[count - 1].strangers >= levels[0])
            return cli_fail(
                "a stranger is above %g %% of strangers for all %d people who "
                "can be told of; use fewer than %d people",
                100 * (double)levels[0], count, 2 * t->people);
    }
    if (!ok) return cli_fail("%s", hum_error(engine));
    for (int l = 0; l < LEVELS; l++) t->above[l][half] = above[l] / (photos * t->people);
    t->alike[half] = tells_nearest ? alike / photos : (double)NAN;
    t->scores += photos * t->people / (double)HALVINGS;
    return EXIT_DONE;
}

/* ---- Output ---------------------------------------------------------------------- */

typedef struct {
    double mean, deviation, low, high; /* low, high: a tenth lies below, above */
} spread;

static int rising(const void *p, const void *q) {
    double a = *(const double *)p, b = *(const double *)q;
    return (a > b) - (a < b);
}

static spread spread_of(const double *values) {
    double sorted[HALVINGS], sum = 0, squares = 0, n = HALVINGS;
    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, HALVINGS, sizeof *sorted, rising);
    for (int i = 0; i < HALVINGS; i++) sum += values[i];
    for (int i = 0; i < HALVINGS; i++)
        squares += (values[i] - sum / n) * (values[i] - sum / n);
    return (spread){sum / n, sqrt(squares / n), sorted[HALVINGS / 10],
                    sorted[HALVINGS - 1 - HALVINGS / 10]};
}

static void print_spread_json(const char *key, double expected, const double *values) {
    spread x = spread_of(values);
    printf(",\"%s\":", key);
    if (isnan(x.mean)) printf("null");
    else
        printf("{\"expected\":%.9g,\"mean\":%.9g,\"deviation\":%.9g,\"p10\":%.9g,"
               "\"p90\":%.9g}",
               expected, x.mean, x.deviation, x.low, x.high);
}

static void print_json(const photo_set *s, const told *t, int skipped) {
    printf("{\"photos\":%d,\"people\":%d,\"skipped\":%d,\"halvings\":%d,\"gallery\":%d,"
           "\"pairsOfPeople\":%d,\"scoresOfStrangers\":%.0f",
           s->count, s->people, skipped, HALVINGS, t->people,
           t->people * (t->people - 1) / 2, t->scores);
    static const char *const keys[LEVELS] = {"above90", "above99", "above99.9"};
    for (int l = 0; l < LEVELS; l++)
        print_spread_json(keys[l], 1 - (double)levels[l], t->above[l]);
    print_spread_json("alike", 1 - (double)HUM_ALIKE, t->alike);
    printf("}\n");
}

static void print_spread(const char *what, double expected, const double *values) {
    spread x = spread_of(values);
    if (isnan(x.mean)) printf("  %-40s too few people\n", what);
    else
        printf("  %-40s %7.2f %7.2f %7.2f %7.2f .. %.2f\n", what, 100 * expected,
               100 * x.mean, 100 * x.deviation, 100 * x.low, 100 * x.high);
}

static void print_text(const photo_set *s, const told *t) {
    printf(
        "%d photos of %d people, halved %d times: %d people are the gallery, the others "
        "strangers\nto it. %d people make %d pairs to calibrate with; some %.0f scores "
        "of strangers with\npeople of the gallery are tried. In per cent:\n",
        s->count, s->people, HALVINGS, t->people, t->people,
        t->people * (t->people - 1) / 2, t->scores);
    printf("  %-40s %7s %7s %7s %s\n", "", "stated", "found", "+-", "8 of 10 halvings");
    for (int l = 0; l < LEVELS; l++) {
        char what[48];
        snprintf(what, sizeof what, "\"closer than %g %% of strangers\"",
                 100 * (double)levels[l]);
        print_spread(what, 1 - (double)levels[l], t->above[l]);
    }
    print_spread("told that somebody looks like them", 1 - (double)HUM_ALIKE, t->alike);
    for (int l = 0; l < LEVELS; l++)
        if (t->reaches[l] < HALVINGS)
            printf("  %d of the %d galleries have too few people to say %g %% of "
                   "anybody\n",
                   HALVINGS - t->reaches[l], HALVINGS, 100 * (double)levels[l]);
}

int report_calibration(hum_engine *engine, const cli_options *options, const photo_set *s,
                       int skipped) {
    told *t = must_alloc(1, sizeof *t);
    int *order = must_alloc((size_t)s->people, sizeof *order), code = EXIT_DONE;
    int *marked = must_alloc((size_t)s->people, sizeof *marked);
    unsigned char *bytes = NULL;
    t->people = s->people / 2;
    if (t->people < 1) code = EXIT_NOTHING;
    for (int p = 0; p < s->people; p++) order[p] = p;
    for (int half = 0; !code && half < HALVINGS; half++) {
        people_shuffle(order, s->people);
        for (int p = 0; p < s->people; p++) marked[order[p]] = p < t->people;
        code = load_half(engine, s, marked, &bytes);
        if (!code) code = ask_half(engine, s, marked, half, t);
    }
    if (code == EXIT_NOTHING)
        cli_fail("half of %d people and %d photos is too few for a gallery that says how "
                 "alike strangers are",
                 s->people, s->count);
    if (!code && options->json) print_json(s, t, skipped);
    else if (!code) print_text(s, t);
    free(t);
    free(order);
    free(marked);
    free(bytes);
    return code;
}
