/* What fewer numbers a row cost: axes are found on half of the people and tried on the
   others, who are compared with each other, both ways, again and again. */

#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HALVINGS = 10, SPACES = CLI_MAX_AXES + 1 };

static const char *const keys[BRIEF] = {"rank1", "tarAtFar1e-2", "tarAtFar1e-3"};

/* Sums over halves. Of each space that people are compared in: embeddings, then each
   number of axes; the latter half with the mean of the other half taken off first. */
typedef struct {
    double sum[2][SPACES][BRIEF];
    int measured[BRIEF];    /* halves that had pairs to measure */
    unsigned char *gallery; /* the loaded one's bytes */
} totals;

/* The photos of the people marked so, who keep their numbers. */
static photo_set part_of(const photo_set *s, const int *marked, int mark) {
    photo_set part = {.people = s->people, .dimension = s->dimension};
    part.rows = must_alloc((size_t)s->count * (size_t)s->dimension, sizeof *part.rows);
    part.person = must_alloc((size_t)s->count, sizeof *part.person);
    part.photos_of = must_alloc((size_t)s->people, sizeof *part.photos_of);
    for (int i = 0; i < s->count; i++) {
        if (marked[s->person[i]] != mark) continue;
        memcpy(photo_row(&part, part.count), photo_row(s, i),
               (size_t)s->dimension * sizeof *part.rows);
        part.person[part.count++] = s->person[i];
        part.photos_of[s->person[i]]++;
    }
    return part;
}

static void part_free(photo_set *part) {
    free(part->rows);
    free(part->person);
    free(part->photos_of);
}

static void count(double sum[BRIEF], const photo_set *s) {
    double found[BRIEF];
    photos_measure(s, found);
    for (int i = 0; i < BRIEF; i++)
        if (!isnan(found[i])) sum[i] += found[i];
}

/* Photos in the space of the loaded gallery, which has so many axes. */
static int count_projected(hum_engine *engine, int axes, const photo_set *tried,
                           double sum[BRIEF]) {
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
    double(*sum)[BRIEF] = t->sum[centred];
    /* What it would say of strangers is not asked: it need not be measured. */
    if (hum_gallery_begin(engine, HUM_NOT_PHOTOS) != HUM_OK)
        return cli_fail("%s", hum_error(engine));
    for (int i = 0; i < fitted->count; i++)
        if (hum_gallery_add(engine, photo_row(fitted, i), "-", NULL, NULL, NULL, NULL,
                            NULL, NULL, NULL, 0) != HUM_OK)
            return cli_fail("%s", hum_error(engine));
    count(sum[0], tried);
    int code = EXIT_DONE;
    for (int k = 0; !code && k < options->axes_count; k++) {
        code = gallery_load_made(engine, options->axes[k], &t->gallery);
        if (!code) code = count_projected(engine, options->axes[k], tried, sum[k + 1]);
    }
    return code;
}

/* Tries one half, plain and centred. */
static int try_both(hum_engine *engine, const cli_options *options, photo_set *fitted,
                    photo_set *tried, totals *t) {
    double found[BRIEF];
    photos_measure(tried, found);
    for (int i = 0; i < BRIEF; i++) t->measured[i] += !isnan(found[i]);
    int code = try_half(engine, options, fitted, tried, t, 0);
    if (code) return code;
    float *mean = photos_mean(fitted);
    photos_centre(fitted, mean);
    photos_centre(tried, mean);
    free(mean);
    return try_half(engine, options, fitted, tried, t, 1);
}

/* ---- Output ---------------------------------------------------------------------- */

static double mean_of(const totals *t, int centred, int space, int i) {
    return t->measured[i] ? t->sum[centred][space][i] / t->measured[i] : (double)NAN;
}

static void print_json(const cli_options *options, const totals *t, int dimension) {
    printf(",\"axes\":{\"halvings\":%d,\"spaces\":[", HALVINGS);
    for (int space = 0; space <= options->axes_count; space++) {
        printf("%s{\"numbers\":%d", space ? "," : "",
               space ? options->axes[space - 1] : dimension);
        for (int centred = 0; centred < 2; centred++) {
            printf(centred ? ",\"centred\":" : ",\"plain\":");
            for (int i = 0; i < BRIEF; i++) {
                double value = mean_of(t, centred, space, i);
                printf("%c\"%s\":", i ? ',' : '{', keys[i]);
                if (isnan(value)) printf("null");
                else printf("%.9g", value);
            }
            putchar('}');
        }
        putchar('}');
    }
    printf("]}");
}

static void print_text(const cli_options *options, const totals *t, const photo_set *s) {
    printf(
        "Half of the %d people, compared with each other; axes, and the mean, are those "
        "of the\nother half; both ways, %d halvings:\n"
        "  numbers   %26s   %26s\n  a row   %8s  %8s  %8s   %8s  %8s  %8s\n",
        s->people, HALVINGS, "plain        ", "centred       ", "rank 1", "at 1 %",
        "at 0.1 %", "rank 1", "at 1 %", "at 0.1 %");
    for (int space = 0; space <= options->axes_count; space++) {
        printf("  %7d", space ? options->axes[space - 1] : s->dimension);
        for (int centred = 0; centred < 2; centred++) {
            for (int i = 0; i < BRIEF; i++)
                printf("  %8.3f", mean_of(t, centred, space, i));
            putchar(centred ? '\n' : ' ');
        }
    }
}

int report_axes(hum_engine *engine, const cli_options *options, const photo_set *s) {
    totals t = {0};
    int *order = must_alloc((size_t)s->people, sizeof *order), code = EXIT_DONE;
    int *marked = must_alloc((size_t)s->people, sizeof *marked);
    for (int p = 0; p < s->people; p++) order[p] = p;
    for (int trial = 0; !code && trial < 2 * HALVINGS; trial++) {
        int way = trial % 2;
        if (!way) people_shuffle(order, s->people);
        for (int p = 0; p < s->people; p++) marked[order[p]] = p < s->people / 2;
        photo_set fitted = part_of(s, marked, way), tried = part_of(s, marked, !way);
        code = try_both(engine, options, &fitted, &tried, &t);
        part_free(&fitted);
        part_free(&tried);
    }
    if (!code && options->json) print_json(options, &t, s->dimension);
    else if (!code) print_text(options, &t, s);
    free(order);
    free(marked);
    free(t.gallery);
    return code;
}
