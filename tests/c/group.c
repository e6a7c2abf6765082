/* Grouping: made-up faces around made-up people. */

#include "group.h"
#include "check.h"
#include "embed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIMENSION = 24, MOST = 3000 };

static float vectors[MOST][DIMENSION];
static int32_t group[MOST], groups;
static hum_text error;
static uint32_t state;

static float chance(void) {
    state = state * 1664525 + 1013904223;
    return (float)(state >> 8) / (float)(1 << 24) - 0.5F;
}

static void unit(float *v) {
    double sum = 0;
    for (int i = 0; i < DIMENSION; i++) sum += (double)(v[i] * v[i]);
    for (int i = 0; i < DIMENSION; i++) v[i] /= (float)sqrt(sum);
}

/* Face i of a person: the person's own direction and some noise. */
static void make_face(int i, int person, float noise) {
    uint32_t before = state;
    state = (uint32_t)person * 7919 + 17;
    for (int d = 0; d < DIMENSION; d++) vectors[i][d] = chance();
    unit(vectors[i]);
    state = before;
    float other[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) other[d] = chance();
    unit(other);
    for (int d = 0; d < DIMENSION; d++) vectors[i][d] += noise * other[d];
    unit(vectors[i]);
}

static hum_faces faces_of(int count) {
    for (int i = 0; i < count; i++) group[i] = -1;
    return (hum_faces){.count = count, .dimension = DIMENSION, .embeddings = vectors[0]};
}

static void run(const hum_faces *f, float cut) {
    CHECK_STATUS(hum_group_faces(f, cut, cut, NULL, group, &groups, &error), HUM_OK);
}

/* Whether groups are exactly the people: face i is of person i % people. */
static int are_people(int count, int people) {
    int wrong = groups != people;
    for (int i = 0; i < count; i++) wrong += group[i] != group[i % people];
    for (int a = 0; a < people; a++)
        for (int b = 0; b < a; b++) wrong += group[a] == group[b];
    return !wrong;
}

static void finds_people(void) {
    enum { PEOPLE = 20, COUNT = 1000 };
    for (int i = 0; i < COUNT; i++) make_face(i, i % PEOPLE, 0.5F);
    hum_faces f = faces_of(COUNT);
    run(&f, 0.55F);
    CHECK(are_people(COUNT, PEOPLE));
    for (int i = 0; i < PEOPLE; i++) CHECK_INT(group[i], i); /* by their first faces */
    run(&(hum_faces){.dimension = DIMENSION}, 0.5F);
    CHECK_INT(groups, 0);
    f = faces_of(1);
    run(&f, 0.5F);
    CHECK(groups == 1 && group[0] == 0);
}

/* The same as by the definition, all pairs of groups looked at each time. */
static void is_as_defined(void) {
    enum { COUNT = 120 };
    static double product[COUNT][COUNT];
    int size[COUNT], label[COUNT];
    const double means = 0.42, pairs = 0.3;
    for (int i = 0; i < COUNT; i++) make_face(i, i % 12, 1.1F);
    hum_faces f = faces_of(COUNT);
    CHECK_STATUS(
        hum_group_faces(&f, (float)means, (float)pairs, NULL, group, &groups, &error),
        HUM_OK);
    for (int i = 0; i < COUNT; i++) {
        size[i] = 1, label[i] = i;
        for (int k = 0; k < COUNT; k++)
            product[i][k] = hum_product(vectors[i], vectors[k], DIMENSION);
    }
    for (;;) {
        int a = -1, b = -1;
        double best = means;
        for (int i = 0; i < COUNT; i++)
            for (int k = i + 1; size[i] && k < COUNT; k++) {
                if (!size[k] || product[i][k] < pairs * size[i] * size[k]) continue;
                double cosine = product[i][k] / sqrt(product[i][i] * product[k][k]);
                if (cosine > best) best = cosine, a = i, b = k;
            }
        if (a < 0) break;
        for (int k = 0; k < COUNT; k++)
            if (k != a && k != b)
                product[a][k] = product[k][a] = product[a][k] + product[b][k];
        product[a][a] += product[b][b] + 2 * product[a][b];
        size[a] += size[b], size[b] = 0;
        for (int k = 0; k < COUNT; k++)
            if (label[k] == b) label[k] = a;
    }
    int same = 0, merged = 0;
    for (int i = 0; i < COUNT; i++)
        for (int k = 0; k < i; k++) {
            same += (label[i] == label[k]) == (group[i] == group[k]);
            merged += group[i] == group[k];
        }
    CHECK_INT(same, COUNT * (COUNT - 1) / 2);
    CHECK(merged > 100 && groups > 12); /* or it would be too easy */
}

static void keeps_apart(void) {
    enum { COUNT = 40 };
    int32_t photo[COUNT];
    for (int i = 0; i < COUNT; i++) {
        make_face(i, 0, 0.3F); /* all of one person, two in each photo */
        photo[i] = i / 2;
    }
    hum_faces f = faces_of(COUNT);
    f.photo = photo;
    run(&f, 0.5F);
    CHECK(groups >= 2 && groups <= 6);
    for (int i = 0; i < COUNT; i += 2) CHECK(group[i] != group[i + 1]);

    const int32_t apart[] = {3, 9};
    f = faces_of(COUNT);
    f.apart = apart;
    f.aparts = 1;
    run(&f, 0.5F);
    CHECK(groups == 2 && group[3] != group[9]);

    f = faces_of(COUNT); /* two people whom somebody has told apart, and the rest */
    for (int i = 0; i < 10; i++) group[i] = i % 2 ? 70 : 9;
    run(&f, 0.5F);
    CHECK(groups == 2 && group[0] != group[1]);
    for (int i = 0; i < 10; i++) CHECK_INT(group[i], group[i % 2]);

    int32_t same[MOST] = {0};
    for (int i = 0; i <= HUM_MAX_FACES; i++) make_face(i, i, 0.3F);
    f = faces_of(HUM_MAX_FACES + 1);
    f.photo = same;
    CHECK_STATUS(hum_group_faces(&f, 0.5F, 0.5F, NULL, group, &groups, &error),
                 HUM_ERROR_LIMIT);
    CHECK_TEXT(error.text, "64 faces");
}

/* What is blurred hardly counts. */
static void weighs_quality(void) {
    float quality[3] = {1, 1, 0.01F};
    for (int i = 0; i < 3; i++) memset(vectors[i], 0, sizeof vectors[i]);
    vectors[0][0] = 1;
    vectors[1][0] = 0.8F, vectors[1][1] = 0.6F;     /* 0.8 from 0 */
    vectors[2][0] = 0.26F, vectors[2][1] = 0.9656F; /* 0.79 from 1, 0.26 from 0 */
    hum_faces f = faces_of(3);
    run(&f, 0.56F); /* 0 and 1, and 2 is 0.52 from them on average */
    CHECK(groups == 2 && group[0] == group[1]);
    const int32_t apart[] = {0, 1};
    f = faces_of(3);
    f.apart = apart, f.aparts = 1;
    run(&f, 0.56F);
    CHECK(groups == 2 && group[1] == group[2]);
    quality[0] = 0.01F, quality[2] = 1; /* 0 hardly counts: 2 is 0.78 from the others */
    f = faces_of(3);
    f.quality = quality;
    run(&f, 0.56F);
    CHECK_INT(groups, 1);
}

/* More photos of one person than links are kept, and the same groups by threads. */
static void many(void) {
    for (int i = 0; i < MOST; i++) make_face(i, i % 3, 0.4F);
    hum_faces f = faces_of(MOST);
    run(&f, 0.6F);
    CHECK(are_people(MOST, 3));
    int32_t before[MOST];
    for (int i = 0; i < MOST; i++) make_face(i, i % 200, 0.9F);
    f = faces_of(MOST);
    run(&f, 0.45F);
    memcpy(before, group, sizeof before);
    hum_pool *pool = hum_pool_create(2);
    f = faces_of(MOST);
    CHECK_STATUS(hum_group_faces(&f, 0.45F, 0.45F, pool, group, &groups, &error), HUM_OK);
    hum_pool_free(pool);
    CHECK(memcmp(before, group, sizeof before) == 0);
}

int main(void) {
    finds_people();
    is_as_defined();
    keeps_apart();
    weighs_quality();
    many();
    return check_end();
}
