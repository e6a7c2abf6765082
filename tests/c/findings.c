/* Findings: made-up faces around made-up people, of which some are made wrong. */

#include "findings.h"
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIMENSION = 40, PEOPLE = 60, EACH = 6, COUNT = PEOPLE * EACH };

static float vectors[COUNT][DIMENSION];
static int32_t person[COUNT];
static hum_face faces[COUNT];
static float quality[COUNT];
static hum_finding findings[COUNT * HUM_MOST_FINDINGS];
static int32_t found;
static hum_text error;
static uint32_t state;

static float chance(void) {
    state = state * 1664525 + 1013904223;
    return (float)(state >> 8) / (float)(1 << 24) - 0.5F;
}

static void unit(float *v) {
    double sum = 0;
    for (int i = 0; i < DIMENSION; i++) sum += (double)v[i] * (double)v[i];
    for (int i = 0; i < DIMENSION; i++) v[i] /= (float)sqrt(sum);
}

/* Faces of one person have cosines of 0.8 or so, of two of 0.5 at most. */
static void make(void) {
    float own[PEOPLE][DIMENSION];
    state = 7;
    for (int p = 0; p < PEOPLE; p++) {
        for (int d = 0; d < DIMENSION; d++) own[p][d] = chance();
        unit(own[p]);
    }
    for (int i = 0; i < COUNT; i++) {
        person[i] = i / EACH;
        for (int d = 0; d < DIMENSION; d++)
            vectors[i][d] = own[i / EACH][d] + chance() * 0.27F;
        unit(vectors[i]);
        faces[i] = (hum_face){.width = 100, .height = 100, .score = 0.9F, .inside = 1};
        float points[12] = {30, 40, 70, 40, 50, 60};
        memcpy(faces[i].points, points, sizeof points);
        quality[i] = 0.8F;
    }
}

static void run(int with_faces, float threshold) {
    const hum_checked checked = {COUNT,
                                 DIMENSION,
                                 vectors[0],
                                 person,
                                 with_faces ? faces : NULL,
                                 with_faces ? quality : NULL};
    CHECK_STATUS(hum_check_faces(&checked, threshold, NULL, findings, &found, &error),
                 HUM_OK);
}

static int is(int at, int kind, int face, int other) {
    const hum_finding *f = &findings[at];
    return at < found && f->kind == kind && f->face == face && f->other == other;
}

static void check_nothing(void) {
    make();
    run(1, 0.65F);
    CHECK_INT(found, 0);
}

static void check_among(void) {
    make();
    person[8] = 30; /* of person 1, under another name */
    memcpy(vectors[100], vectors[97], sizeof vectors[0]);
    person[200] = 1000; /* the only one */
    for (int d = 0; d < DIMENSION; d++) vectors[300][d] = chance();
    unit(vectors[300]);
    run(0, 0.65F);
    CHECK_INT(found, 4);
    CHECK(is(0, HUM_FINDING_LABEL, 8, findings[0].other));
    CHECK(findings[0].other >= 6 && findings[0].other < 12 && findings[0].score > 0.65F);
    CHECK(is(1, HUM_FINDING_DUPLICATE, 100, 97) && findings[1].score > 0.9999F);
    CHECK(is(2, HUM_FINDING_SINGLE, 200, -1) && isnan(findings[2].score));
    CHECK(is(3, HUM_FINDING_OUTLIER, 300, -1) && findings[3].score < 0.39F);
    run(0, NAN); /* what needs no level */
    CHECK_INT(found, 2);
}

static void check_photos(void) {
    make();
    faces[1].width = 47;
    quality[2] = 0.2F;
    faces[3].points[4] = 35; /* the nose, before the left eye nearly */
    faces[4].inside = 0.8F;
    faces[5].width = 0, faces[5].inside = 0; /* not known */
    quality[6] = 0;                          /* likewise */
    run(1, 0.65F);
    CHECK_INT(found, 4);
    CHECK(is(0, HUM_FINDING_SMALL, 1, -1) && is(1, HUM_FINDING_BLURRED, 2, -1));
    CHECK(is(2, HUM_FINDING_TURNED, 3, -1) && is(3, HUM_FINDING_CUT, 4, -1));
}

/* Codes find what looking at every pair finds. */
static void check_exactly(void) {
    make();
    for (int i = 0; i < COUNT; i++) person[i] = i % 7;
    run(0, 0.3F);
    for (int at = 0; at < found; at++) {
        const hum_finding *f = &findings[at];
        if (f->kind != HUM_FINDING_LABEL) continue;
        double best = -1;
        for (int k = 0; k < COUNT; k++)
            if (person[k] != person[f->face])
                best =
                    fmax(best, hum_dot_floats(vectors[f->face], vectors[k], DIMENSION));
        CHECK(fabs(best - (double)f->score) < 1e-6);
    }
    CHECK(found > 100);
}

int main(void) {
    check_nothing();
    check_among();
    check_photos();
    check_exactly();
    return check_end();
}
