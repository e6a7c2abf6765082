#include "axes.h"

#include "fail.h"
#include "figures.h"
#include "gallery_file.h"
#include "halves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The figures that stand side by side: rank 1 by the nearest other photo, true accepts at
   1 % and at 0.1 % false ones. */
enum { HALVINGS = 10, SPACES = CLI_MAX_AXES + 1, BRIEF = 1 + FARS };

static const char *const keys[BRIEF] = {"rank1", "tarAtFar1e-2", "tarAtFar1e-3"};

/* Sums over those halves that had something to measure. */
typedef struct {
    double sum[BRIEF];
    int measured[BRIEF];
} tally;

/* Of each space that people are compared in: embeddings, then each number of axes; the
   latter half with the mean of the other half taken off first. */
typedef struct {
    tally spaces[2][SPACES];
    unsigned char **gallery; /* the loaded one's bytes */
} totals;

static void count(tally *t, const photo_set *s) {
    figures f = figures_measure(s);
    double found[BRIEF] = {f.rank1, f.tar[0], f.tar[1]};
    free(f.best);
    for (int i = 0; i < BRIEF; i++) {
        if (isnan(found[i])) continue;
        t->sum[i] += found[i];
        t->measured[i]++;
    }
}

/* Photos in the space of the loaded gallery, which has so many axes. */
static int count_projected(hum_engine *engine, int axes, const photo_set *tried,
                           tally *sum) {
    photo_set projected = *tried;
    projected.dimension = axes;
    projected.rows = must_alloc((size_t)tried->count * (size_t)axes, sizeof(float));
    float *row = must_alloc((size_t)tried->dimension, sizeof *row);
    int code = EXIT_DONE;
    for (int i = 0; !code && i < tried->count; i++) {
        int32_t dimension;
        if (hum_project(engine, photo_row(tried, i), row, &dimension) == HUM_OK)
            memcpy(photo_row(&projected, i), row, (size_t)axes * sizeof *row);
        else code = cli_fail("%s", hum_error(engine));
    }
    if (!code) count(sum, &projected);
    free(projected.rows);
    free(row);
    return code;
}

static int try_half(hum_engine *engine, const cli_options *options,
                    const photo_set *fitted, const photo_set *tried, totals *t,
                    int centred) {
    tally *sums = t->spaces[centred];
    /* What it would say of strangers is not asked: it need not be measured. */
    int code = photo_set_begin_gallery(engine, fitted, HUM_NOT_PHOTOS);
    count(&sums[0], tried);
    for (int k = 0; !code && k < options->axes_count; k++) {
        code = gallery_load_made(engine, options->axes[k], t->gallery);
        if (!code) code = count_projected(engine, options->axes[k], tried, &sums[k + 1]);
    }
    return code;
}

/* Tries one half, plain and centred. */
static int try_both(hum_engine *engine, const cli_options *options, photo_set *fitted,
                    photo_set *tried, totals *t) {
    int code = try_half(engine, options, fitted, tried, t, 0);
    if (code) return code;
    float *mean = photo_set_mean(fitted);
    photo_set_centre(fitted, mean);
    photo_set_centre(tried, mean);
    free(mean);
    return try_half(engine, options, fitted, tried, t, 1);
}

static json_t *tally_json(const tally *t) {
    json_t *brief = json_object();
    for (int i = 0; i < BRIEF; i++)
        json_object_set_new(brief, keys[i],
                            t->measured[i] ? json_real(t->sum[i] / t->measured[i])
                                           : json_null());
    return brief;
}

json_t *axes_try(hum_engine *engine, const cli_options *options, const photo_set *s,
                 unsigned char **gallery) {
    totals t = {.gallery = gallery};
    halves h = halves_make(s->people);
    int code = EXIT_DONE;
    for (int trial = 0; !code && trial < 2 * HALVINGS; trial++) {
        int way = trial % 2;
        if (!way) halves_next(&h);
        photo_set fitted = photo_set_part(s, h.marks, way),
                  tried = photo_set_part(s, h.marks, !way);
        code = try_both(engine, options, &fitted, &tried, &t);
        photo_set_free(&fitted);
        photo_set_free(&tried);
    }
    free(h.order);
    if (code) return NULL;
    json_t *spaces = json_array();
    for (int k = 0; k <= options->axes_count; k++)
        json_array_append_new(spaces, json_pack("{s:i,s:o,s:o}", "numbers",
                                                k ? options->axes[k - 1] : s->dimension,
                                                "plain", tally_json(&t.spaces[0][k]),
                                                "centred", tally_json(&t.spaces[1][k])));
    return json_pack("{s:i,s:o}", "halvings", HALVINGS, "spaces", spaces);
}

void axes_print(const json_t *axes, int people) {
    printf(
        "Half of the %d people, compared with each other; axes, and the mean, are those "
        "of the\nother half; both ways, %d halvings:\n"
        "  numbers   %26s   %26s\n  a row   %8s  %8s  %8s   %8s  %8s  %8s\n",
        people, HALVINGS, "plain        ", "centred       ", "rank 1", "at 1 %",
        "at 0.1 %", "rank 1", "at 1 %", "at 0.1 %");
    size_t k;
    json_t *space;
    json_array_foreach(json_object_get(axes, "spaces"), k, space) {
        printf("  %7d", (int)json_integer_value(json_object_get(space, "numbers")));
        for (int centred = 0; centred < 2; centred++) {
            const json_t *brief = json_object_get(space, centred ? "centred" : "plain");
            for (int i = 0; i < BRIEF; i++) {
                const json_t *value = json_object_get(brief, keys[i]);
                printf("  %8.3f",
                       json_is_real(value) ? json_real_value(value) : (double)NAN);
            }
            putchar(centred ? '\n' : ' ');
        }
    }
}
