#include "commands.h"

#include "files.h"
#include "text.h"
#include "walk.h"
#include "workers.h"

#include <stdlib.h>
#include <string.h>

/* All faces of all photos. */
typedef struct {
    char **paths;
    photo_result *photos;
    int photo_count;
    int32_t count;
    int32_t *photo, *number; /* [count]: in which photo, and which of its faces, from 1 */
    int32_t *group;          /* [count] */
    int32_t groups;
    int32_t *size;  /* [groups] */
    int32_t *order; /* [groups]: those of most faces first */
} collection;

static int sort_into_groups(hum_engine *engine, float far, collection *c) {
    size_t dimension = (size_t)hum_dimension(engine), n = (size_t)c->count;
    float *embeddings = must_alloc(n * dimension + 1, sizeof *embeddings);
    float *quality = must_alloc(n + 1, sizeof *quality);
    c->photo = must_alloc(n + 1, sizeof *c->photo);
    c->number = must_alloc(n + 1, sizeof *c->number);
    c->group = must_alloc(n + 1, sizeof *c->group);
    size_t at = 0;
    for (int i = 0; i < c->photo_count; i++) {
        const photo_result *r = &c->photos[i];
        for (size_t k = 0; k < (size_t)r->count; k++, at++) {
            memcpy(embeddings + at * dimension, r->embedding + k * dimension,
                   dimension * sizeof *embeddings);
            quality[at] = r->quality[k];
            c->photo[at] = i;
            c->number[at] = (int32_t)k + 1;
            c->group[at] = -1;
        }
    }
    hum_status status = hum_group(engine, embeddings, quality, c->photo, c->count, NULL,
                                  0, far, c->group, &c->groups);
    free(embeddings);
    free(quality);
    return status == HUM_OK ? EXIT_DONE : cli_fail("%s", hum_error(engine));
}

static const int32_t *sizes; /* for larger(), which qsort gives no more than two groups */

static int larger(const void *left, const void *right) {
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return sizes[a] != sizes[b] ? (sizes[a] > sizes[b] ? -1 : 1) : a < b ? -1 : 1;
}

static void put_in_order(collection *c) {
    size_t n = (size_t)c->groups;
    c->size = must_alloc(n + 1, sizeof *c->size);
    c->order = must_alloc(n + 1, sizeof *c->order);
    for (int32_t i = 0; i < c->count; i++) c->size[c->group[i]]++;
    for (int32_t i = 0; i < c->groups; i++) c->order[i] = i;
    sizes = c->size;
    qsort(c->order, n, sizeof *c->order, larger);
}

static json_t *face_of(const collection *c, int32_t i) {
    return json_pack("{s:o,s:i}", "file", text_json(c->paths[c->photo[i]]), "face",
                     c->number[i]);
}

static json_t *faces_of(const collection *c, int32_t group) {
    json_t *list = json_array();
    for (int32_t i = 0; i < c->count; i++)
        if (c->group[i] == group) json_array_append_new(list, face_of(c, i));
    return list;
}

static int print_groups_json(const collection *c) {
    json_t *people = json_array(), *alone = json_array(), *skipped = json_array();
    for (int32_t g = 0; g < c->groups && c->size[c->order[g]] > 1; g++)
        json_array_append_new(people,
                              json_pack("{s:o}", "faces", faces_of(c, c->order[g])));
    for (int32_t i = 0; i < c->count; i++)
        if (c->size[c->group[i]] == 1) json_array_append_new(alone, face_of(c, i));
    for (int i = 0; i < c->photo_count; i++)
        if (c->photos[i].state != PHOTO_OK)
            json_array_append_new(skipped,
                                  json_pack("{s:o,s:o}", "file", text_json(c->paths[i]),
                                            "reason", text_json(c->photos[i].message)));
    return print_json(
        json_pack("{s:o,s:o,s:o}", "people", people, "alone", alone, "skipped", skipped));
}

static void print_face(const collection *c, int32_t i) {
    fputs("  ", stdout);
    text_write(stdout, c->paths[c->photo[i]], 1);
    if (c->photos[c->photo[i]].count > 1) printf(", face %d", c->number[i]);
    putchar('\n');
}

static void print_groups(const collection *c) {
    int32_t people = 0, alone = 0;
    for (; people < c->groups && c->size[c->order[people]] > 1; people++) {
        int32_t group = c->order[people];
        printf("Person %d: %d faces\n", people + 1, c->size[group]);
        for (int32_t i = 0; i < c->count; i++)
            if (c->group[i] == group) print_face(c, i);
    }
    for (int32_t i = 0; i < c->count; i++) {
        if (c->size[c->group[i]] > 1) continue;
        if (!alone++) printf("Like no other:\n");
        print_face(c, i);
    }
    printf("%d people in %d faces, %d faces like no other\n", people, c->count - alone,
           alone);
}

static int put_out(hum_engine *engine, const cli_options *options, collection *c) {
    for (int i = 0; i < c->photo_count; i++) {
        c->count += c->photos[i].count;
        if (c->photos[i].state != PHOTO_OK)
            cli_note("skipped %s: %s", c->paths[i], c->photos[i].message);
    }
    int code = sort_into_groups(engine, options->far, c);
    if (code) return code;
    put_in_order(c);
    if (options->json) code = print_groups_json(c);
    else print_groups(c);
    return code || c->count ? code : EXIT_NOTHING;
}

int run_group(const cli_options *options) {
    collection c = {0};
    hum_engine *engine;
    int code = engine_open(options, EMBEDDER | DETECTORS, &engine);
    if (code) return code;
    code =
        walk_photos(options->operands, options->operand_count, &c.paths, &c.photo_count);
    if (!code) {
        c.photos = photos_read(engine, options, c.paths, c.photo_count, EVERY_FACE);
        code = c.photos ? put_out(engine, options, &c) : EXIT_BAD;
    }
    photos_free(c.photos, c.photo_count);
    folder_free(c.paths, c.photo_count);
    free(c.photo), free(c.number), free(c.group), free(c.size), free(c.order);
    hum_destroy(engine);
    return code;
}
