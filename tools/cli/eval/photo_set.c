#include "photo_set.h"

#include "fail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 16 };

float *photo_row(const photo_set *s, int i) {
    return s->rows + (size_t)i * (size_t)s->dimension;
}

/* With room for so many photos and people. */
static photo_set make_empty(int count, int people, int dimension) {
    photo_set s = {.dimension = dimension};
    s.rows = must_alloc((size_t)count * (size_t)dimension, sizeof *s.rows);
    s.person = must_alloc((size_t)count, sizeof *s.person);
    s.photos_of = must_alloc((size_t)people, sizeof *s.photos_of);
    return s;
}

/* The next photo is of this person. */
static void add(photo_set *s, const float *row, int person) {
    memcpy(photo_row(s, s->count), row, (size_t)s->dimension * sizeof *row);
    s->person[s->count++] = person;
    s->photos_of[person]++;
}

photo_set photo_set_make(const people_folder *folder, const photo_result *results,
                         int dimension, int *skipped) {
    photo_set s = make_empty(folder->count, folder->people_count, dimension);
    s.paths = must_alloc((size_t)folder->count, sizeof *s.paths);
    *skipped = 0;
    for (int i = 0, last = -1; i < folder->count; i++) {
        if (results[i].state != PHOTO_OK) {
            cli_note("skipped %s: %s", folder->paths[i], results[i].message);
            ++*skipped;
            continue;
        }
        if (folder->person[i] != last) s.people++;
        last = folder->person[i];
        s.paths[s.count] = folder->paths[i];
        add(&s, results[i].embedding, s.people - 1);
    }
    return s;
}

photo_set photo_set_part(const photo_set *s, const int *marks, int mark) {
    photo_set part = make_empty(s->count, s->people, s->dimension);
    part.people = s->people;
    for (int i = 0; i < s->count; i++)
        if (marks[s->person[i]] == mark) add(&part, photo_row(s, i), s->person[i]);
    return part;
}

void photo_set_free(photo_set *s) {
    free(s->rows);
    free(s->person);
    free(s->photos_of);
    free(s->paths);
}

float photo_product(const float *a, const float *b, int n) {
    /* Sixteen sums side by side, so that the compiler may use vectors without changing
       the result. */
    float lanes[LANES] = {0};
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) lanes[k] += a[i + k] * b[i + k];
    float sum = 0;
    for (int k = 0; k < LANES; k++) sum += lanes[k];
    for (; i < n; i++) sum += a[i] * b[i];
    return sum;
}

float *photo_set_mean(const photo_set *s) {
    double *sum = must_alloc((size_t)s->dimension, sizeof *sum);
    float *mean = must_alloc((size_t)s->dimension, sizeof *mean);
    for (int i = 0; i < s->count; i++)
        for (int k = 0; k < s->dimension; k++)
            sum[k] += (double)photo_row(s, i)[k] / s->count;
    for (int k = 0; k < s->dimension; k++) mean[k] = (float)sum[k];
    free(sum);
    return mean;
}

void photo_set_centre(photo_set *s, const float *mean) {
    for (int i = 0; i < s->count; i++) {
        float *v = photo_row(s, i);
        for (int k = 0; k < s->dimension; k++) v[k] -= mean[k];
        float length = sqrtf(photo_product(v, v, s->dimension));
        if (length > 0) /* the mean itself stays zero, and like nobody */
            for (int k = 0; k < s->dimension; k++) v[k] /= length;
    }
}

int photo_set_begin_gallery(hum_engine *engine, const photo_set *s, int flags) {
    hum_status status = hum_gallery_begin(engine, flags);
    for (int i = 0; status == HUM_OK && i < s->count; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", s->person[i]);
        status = hum_gallery_add(engine, photo_row(s, i), name, NULL, NULL, NULL, NULL,
                                 NULL, NULL, NULL, 0);
    }
    return status == HUM_OK ? EXIT_DONE : cli_fail("%s", hum_error(engine));
}
