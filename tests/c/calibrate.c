/* Calibration against the truth: galleries of few people from a large population, and
   what the rest of it is told. */

#include "calibrate.h"
#include "builder.h"
#include "search.h"

#include "check.h"

#include <math.h>
#include <stdlib.h>

enum { D = 24, STRANGERS = 300, PHOTOS = 8, GALLERIES = 120 };

static uint64_t seed = 1;

static double uniform(void) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return ((double)(seed >> 33) + 0.5) / 2147483648.0;
}

static float normal(void) {
    double radius = sqrt(-2 * log(uniform()));
    return (float)(radius * cos(6.283185307179586 * uniform()));
}

/* A photo of a person: their direction, and what differs from photo to photo. */
static void photograph(const float *person, float *v) {
    double sum = 0;
    for (int d = 0; d < D; d++) {
        v[d] = person[d] + 0.5f * normal();
        sum += (double)v[d] * (double)v[d];
    }
    for (int d = 0; d < D; d++) v[d] = (float)(v[d] / sqrt(sum));
}

static hum_builder *build(int people, int photos, hum_gallery *g) {
    hum_text error;
    const uint8_t *bytes;
    size_t size;
    hum_builder *b = hum_builder_create(D, "c", 1);
    for (int p = 0; p < people; p++) {
        float person[D], v[D];
        char name[16];
        const char *texts[7] = {name};
        snprintf(name, sizeof name, "P%d", p);
        for (int d = 0; d < D; d++) person[d] = normal();
        for (int i = 0; i < photos; i++) {
            photograph(person, v);
            CHECK_STATUS(hum_builder_add(b, v, texts, NULL, 0, &error), HUM_OK);
        }
    }
    CHECK_STATUS(hum_builder_end(b, 0, &bytes, &size, &error), HUM_OK);
    CHECK_STATUS(hum_gallery_parse(bytes, size, g, &error), HUM_OK);
    return b;
}

/* What strangers are told. */
typedef struct {
    double scores, above99, probes, alike;
} told;

static void ask(const hum_gallery *g, told *t) {
    float best[64], person[D], v[D];
    int32_t photo[64];
    int16_t codes[32];
    hum_probe probe = {.codes = codes};
    for (int i = 0; i < STRANGERS; i++) {
        for (int d = 0; d < D; d++) person[d] = normal();
        photograph(person, v);
        hum_make_probe(v, D, g->stride, &probe);
        hum_score_people(g, &probe, -1, best, photo);
        float most = -2;
        for (int p = 0; p < g->people; p++) {
            t->scores++;
            t->above99 += hum_share_below(g->strangers, best[p]) >= 0.99f;
            most = fmaxf(most, best[p]);
        }
        if (!g->nearest) continue;
        t->probes++;
        t->alike += hum_share_below(g->nearest, most) >= HUM_ALIKE;
    }
}

/* The mean over many galleries is what is promised, though each has few people. */
static void promise(int people, double least) {
    told t = {0};
    for (int i = 0; i < GALLERIES; i++) {
        hum_gallery g;
        hum_builder *b = build(people, PHOTOS, &g);
        if (CHECK(g.strangers != NULL)) ask(&g, &t);
        hum_builder_free(b);
    }
    double above = 100 * t.above99 / t.scores;
    printf("%d people: %.2f %% of scores are above 99 %% of strangers'", people, above);
    CHECK(above > least && above < 1.3); /* plain quantiles: 2.7, 1.9, 1.1 */
    if (t.probes > 0) {
        double alike = 100 * t.alike / t.probes;
        printf(", %.1f %% of faces look like somebody", alike);
        CHECK(alike > 8 && alike < 12); /* plain: 15.9 of 8 people, 11.5 of 30 */
    }
    putchar('\n');
}

/* Too few people to tell are said to be too few. */
static void few(void) {
    static const struct {
        int people, photos, strangers, nearest;
    } cases[] = {{1, 30, 0, 0}, {2, 200, 0, 0}, {3, 100, 0, 0},
                 {4, 10, 0, 0}, {4, 60, 1, 0},  {7, 9, 1, 0},
                 {8, 9, 1, 1},  {14, 1, 0, 1},  {15, 1, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hum_gallery g;
        hum_builder *b = build(cases[i].people, cases[i].photos, &g);
        CHECK_INT(g.strangers != NULL, cases[i].strangers);
        CHECK_INT(g.nearest != NULL, cases[i].nearest);
        if (g.strangers) {
            float most = hum_share_below(g.strangers, 1);
            printf("%d people, %d photos each: up to %.1f %%\n", cases[i].people,
                   cases[i].photos, 100 * (double)most);
            CHECK(most > 0.5f && most <= 0.999f);
        }
        hum_builder_free(b);
    }
}

int main(void) {
    promise(6, 0.2); /* some galleries of six cannot tell 99 % of anybody */
    promise(8, 0.7);
    promise(30, 0.7);
    few();
    return check_end();
}
