#include "calibration.h"

#include "fail.h"
#include "gallery_file.h"
#include "halves.h"
#include "json.h"

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

/* What the gallery tells strangers. */
static int ask_strangers(hum_engine *engine, const photo_set *s, int half,
                         int tells_alike, told *t) {
    hum_match matches[HUM_MAX_MATCHES];
    double photos = s->count, alike = 0, above[LEVELS] = {0};
    for (int i = 0; i < s->count; i++) {
        int32_t count;
        if (hum_search(engine, photo_row(s, i), HUM_MAX_MATCHES, matches, &count) !=
            HUM_OK)
            return cli_fail("%s", hum_error(engine));
        alike += matches[0].alike == 1;
        for (int l = 0; l < LEVELS; l++)
            for (int m = 0; m < count; m++) above[l] += matches[m].strangers >= levels[l];
        if (count < t->people && matches[count - 1].strangers >= levels[0])
            return cli_fail(
                "a stranger is above %g %% of strangers for all %d people who "
                "can be told of; use fewer than %d people",
                100 * (double)levels[0], count, 2 * t->people);
    }
    for (int l = 0; l < LEVELS; l++) t->above[l][half] = above[l] / (photos * t->people);
    t->alike[half] = tells_alike ? alike / photos : (double)NAN;
    t->scores += photos * t->people / (double)HALVINGS;
    return EXIT_DONE;
}

/* Returns EXIT_NOTHING if this gallery says nothing of strangers. */
static int ask_half(hum_engine *engine, const photo_set *s, int half, told *t) {
    hum_match most;
    int32_t count;
    float *self = must_alloc((size_t)s->dimension, sizeof *self);
    /* What its own photo is told is the most that it tells anybody. */
    int ok = hum_gallery_embedding(engine, 0, self) == HUM_OK &&
             hum_search(engine, self, 1, &most, &count) == HUM_OK;
    free(self);
    if (!ok) return cli_fail("%s", hum_error(engine));
    if (most.strangers < 0) return EXIT_NOTHING;
    for (int l = 0; l < LEVELS; l++) t->reaches[l] += most.strangers >= levels[l];
    return ask_strangers(engine, s, half, most.alike >= 0, t);
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

static json_t *spread_json(double expected, const double *values) {
    spread x = spread_of(values);
    if (isnan(x.mean)) return json_null();
    return json_pack("{s:f,s:f,s:f,s:f,s:f}", "expected", expected, "mean", x.mean,
                     "deviation", x.deviation, "p10", x.low, "p90", x.high);
}

static int print_told_json(const photo_set *s, const told *t, int skipped) {
    static const char *const keys[LEVELS] = {"above90", "above99", "above99.9"};
    json_t *report =
        json_pack("{s:i,s:i,s:i,s:i,s:i,s:i,s:I}", "photos", s->count, "people",
                  s->people, "skipped", skipped, "halvings", HALVINGS, "gallery",
                  t->people, "pairsOfPeople", t->people * (t->people - 1) / 2,
                  "scoresOfStrangers", (json_int_t)llrint(t->scores));
    for (int l = 0; l < LEVELS; l++)
        json_object_set_new(report, keys[l],
                            spread_json(1 - (double)levels[l], t->above[l]));
    json_object_set_new(report, "alike", spread_json(1 - (double)HUM_ALIKE, t->alike));
    return print_json(report);
}

static void print_spread(const char *what, double expected, const double *values) {
    spread x = spread_of(values);
    if (isnan(x.mean)) printf("  %-40s too few people\n", what);
    else
        printf("  %-40s %7.2f %7.2f %7.2f %7.2f .. %.2f\n", what, 100 * expected,
               100 * x.mean, 100 * x.deviation, 100 * x.low, 100 * x.high);
}

static void print_told(const photo_set *s, const told *t) {
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

int calibration_report(hum_engine *engine, const cli_options *options, const photo_set *s,
                       int skipped, unsigned char **gallery) {
    told *t = must_alloc(1, sizeof *t);
    halves h = halves_make(s->people);
    t->people = s->people / 2;
    int code = t->people ? EXIT_DONE : EXIT_NOTHING;
    for (int half = 0; !code && half < HALVINGS; half++) {
        halves_next(&h);
        photo_set known = photo_set_part(s, h.marks, 1),
                  strangers = photo_set_part(s, h.marks, 0);
        code = photo_set_begin_gallery(engine, &known, 0);
        if (!code) code = gallery_load_made(engine, 0, gallery);
        if (!code) code = ask_half(engine, &strangers, half, t);
        photo_set_free(&known);
        photo_set_free(&strangers);
    }
    if (code == EXIT_NOTHING)
        cli_fail("half of %d people and %d photos is too few for a gallery that says "
                 "how alike strangers are",
                 s->people, s->count);
    if (!code && options->json) code = print_told_json(s, t, skipped);
    else if (!code) print_told(s, t);
    free(t);
    free(h.order);
    return code;
}
