/* The engine as a caller sees it, on the real networks: order of calls, wrong arguments,
   damaged models, and the whole way from a photo to matches. */

#include "check.h"
#include "sha256.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    uint8_t *data;
    size_t size;
} file;

static file read_file(const char *path) {
    file f = {NULL, 0};
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        printf("%s is missing: run tools/setup/models.sh\n", path);
        exit(1);
    }
    fseek(stream, 0, SEEK_END);
    f.size = (size_t)ftell(stream);
    rewind(stream);
    f.data = malloc(f.size);
    if (!f.data || fread(f.data, 1, f.size, stream) != f.size) exit(1);
    fclose(stream);
    return f;
}

static hum_status load_detector(hum_engine *e, file model, file recipe) {
    return hum_load_detector(e, model.data, model.size, (char *)recipe.data, recipe.size);
}

static void order_and_arguments(void) {
    hum_engine *e = NULL;
    hum_face face = {.width = 10, .height = 10};
    hum_match match;
    float v[4] = {1, 0, 0, 0};
    int32_t n = -7, size[2];
    const uint8_t *bytes;
    size_t length;
    CHECK_STATUS(hum_create(0, &e), HUM_ERROR_ARGUMENT);
    CHECK_STATUS(hum_create(1, NULL), HUM_ERROR_ARGUMENT);
    CHECK_STATUS(hum_create(1, &e), HUM_OK);
    CHECK_TEXT(hum_info(e), "\"embedder\":null,\"gallery\":null");
    CHECK_STATUS(hum_detect(e, &face, 1, &n), HUM_ERROR_STATE);
    CHECK_STATUS(hum_embed(e, NULL, v), HUM_ERROR_STATE);
    CHECK_STATUS(hum_crop(e, NULL, 1, 64, (uint8_t *)v), HUM_ERROR_STATE);
    CHECK_STATUS(hum_compare(e, v, v, v), HUM_ERROR_STATE);
    CHECK_STATUS(hum_search(e, v, 1, &match, &n), HUM_ERROR_STATE);
    CHECK_STATUS(hum_gallery_begin(e, 0), HUM_ERROR_STATE);
    CHECK_STATUS(hum_gallery_end(e, 0, &bytes, &length), HUM_ERROR_STATE);
    CHECK_STATUS(hum_load_gallery(e, (const uint8_t *)v, 16, 0), HUM_ERROR_STATE);
    CHECK_TEXT(hum_error(e), "before the gallery");
    CHECK_STATUS(hum_photo_decode(e, NULL, 3, size), HUM_ERROR_ARGUMENT);
    CHECK_STATUS(hum_photo_pixels(e, NULL, 1, 1), HUM_ERROR_ARGUMENT);
    CHECK_STATUS(hum_photo_pixels(e, (uint8_t *)v, -1, 1), HUM_ERROR_LIMIT);
    CHECK_STATUS(hum_load_detector(NULL, NULL, 0, NULL, 0), HUM_ERROR_ARGUMENT);
    CHECK(hum_gallery_text(e, HUM_PERSON_NAME, 0) == NULL);
    CHECK_INT(hum_gallery_person(e, 0), -1);
    CHECK_INT(hum_dimension(NULL), 0);
    CHECK_INT(n, -7); /* failures write nothing */
    CHECK(hum_info(NULL) == NULL && hum_error(NULL)[0]);
    hum_destroy(e);
    hum_destroy(NULL);
}

/* A damaged model is refused with a reason, or is a model; running it must be safe. */
static void damaged_models(file model, file recipe, file photo) {
    hum_engine *e;
    CHECK_STATUS(hum_create(1, &e), HUM_OK);
    int32_t size[2], n;
    static hum_face faces[HUM_MAX_FACES];
    CHECK_STATUS(hum_photo_decode(e, photo.data, photo.size, size), HUM_OK);
    for (size_t i = 0; i < 400; i++) {
        size_t length = i < 200 ? i * 4 : (model.size - 1) * (i - 200) / 200;
        uint8_t *cut = malloc(length ? length : 1); /* exact, for the sanitizer */
        memcpy(cut, model.data, length);
        CHECK(load_detector(e, (file){cut, length}, recipe) != HUM_OK);
        CHECK(hum_error(e)[0] != 0);
        free(cut);
    }
    uint32_t seed = 3;
    int loaded = 0;
    uint8_t *copy = malloc(model.size);
    for (int i = 0; i < 500; i++) {
        memcpy(copy, model.data, model.size);
        /* The tables lie at both ends, the weights between. */
        for (int k = 0; k < 3; k++) {
            seed = seed * 1664525u + 1013904223u;
            size_t at = (seed >> 8) % 30000;
            if (k && seed & 1) at = model.size - 1 - at;
            copy[at] ^= (uint8_t)(1u << (seed >> 28 & 7));
        }
        if (load_detector(e, (file){copy, model.size}, recipe) != HUM_OK) {
            CHECK(hum_error(e)[0] != 0);
        } else if (loaded++ < 25) {
            hum_status status = hum_detect(e, faces, HUM_MAX_FACES, &n);
            CHECK(status == HUM_OK || hum_error(e)[0]);
        }
    }
    printf("500 damaged models: %d could be loaded all the same\n", loaded);
    CHECK(loaded < 500);
    free(copy);
    hum_destroy(e);
}

/* The gallery that was begun, along axes: as many as photos keep every cosine. */
static void projected(hum_engine *e, float photos[5][512], const char *const names[5]) {
    const uint8_t *bytes;
    size_t length;
    hum_match m[5], whole[5];
    int32_t count, dimension = 0;
    float stored[512], along[512], cosine;
    for (int i = 0; i < 5; i++)
        CHECK_STATUS(hum_search(e, photos[i], 1, &whole[i], &count), HUM_OK);
    CHECK_STATUS(hum_gallery_end(e, 512, &bytes, &length), HUM_ERROR_LIMIT);
    CHECK_TEXT(hum_error(e), "5 photos");
    CHECK_STATUS(hum_gallery_end(e, 5, &bytes, &length), HUM_OK);
    CHECK_STATUS(hum_load_gallery(e, bytes, length, 0), HUM_OK);
    CHECK_TEXT(hum_info(e), "\"dimension\":5,\"probeDimension\":512,\"projected\":true");
    for (int i = 0; i < 5; i++) {
        CHECK_STATUS(hum_search(e, photos[i], 5, m, &count), HUM_OK);
        CHECK_INT(count, 4);
        CHECK_INT(m[0].photo, i);
        CHECK_TEXT(hum_gallery_text(e, HUM_PERSON_NAME, m[0].person), names[i]);
        CHECK(fabsf(m[0].score - whole[i].score) < 0.002f);
        CHECK_STATUS(hum_compare(e, photos[i], photos[m[1].photo], &cosine), HUM_OK);
        CHECK(fabsf(m[1].score - cosine) < 0.02f); /* hum_compare does not project */
        CHECK_STATUS(hum_project(e, photos[i], along, &dimension), HUM_OK);
        CHECK_INT(dimension, 5);
        /* The stored photo is found with the score of what is stored. */
        CHECK_STATUS(hum_gallery_embedding(e, i, stored), HUM_OK);
        CHECK_STATUS(hum_search(e, stored, 1, m, &count), HUM_OK);
        CHECK(m[0].photo == i && m[0].score > 0.999f);
    }
    memset(along, 0, sizeof along);
    CHECK_STATUS(hum_project(e, along, stored, &dimension), HUM_ERROR_VALUE);
    CHECK_STATUS(hum_project(e, photos[0], NULL, &dimension), HUM_ERROR_ARGUMENT);
}

static void whole_way(file near, file near_recipe, file far, file far_recipe,
                      file photo) {
    hum_engine *e;
    file model = read_file("build/models/facenet.tflite");
    file recipe = read_file("models/facenet.recipe");
    CHECK_STATUS(hum_create(1, &e), HUM_OK);
    CHECK_STATUS(load_detector(e, near, near_recipe), HUM_OK);
    CHECK_STATUS(load_detector(e, far, far_recipe), HUM_OK);
    CHECK_STATUS(hum_load_embedder(e, near.data, near.size, (char *)near_recipe.data,
                                   near_recipe.size, NULL, 0),
                 HUM_ERROR_FORMAT); /* a detector is no embedder */
    CHECK_STATUS(hum_load_embedder(e, model.data, model.size, NULL, 0, NULL, 0),
                 HUM_ERROR_FORMAT);
    CHECK_TEXT(hum_error(e), "recipe");
    CHECK_STATUS(hum_load_embedder(e, model.data, model.size, (char *)recipe.data,
                                   recipe.size, NULL, HUM_FLOAT_ACTIVATIONS),
                 HUM_OK);
    int32_t size[2], count = 0, dimension = hum_dimension(e);
    CHECK_INT(dimension, 512);
    CHECK_STATUS(hum_photo_decode(e, photo.data, photo.size, size), HUM_OK);
    static hum_face faces[HUM_MAX_FACES];
    CHECK_STATUS(hum_detect(e, faces, HUM_MAX_FACES, &count), HUM_OK);
    CHECK_INT(count, 5);
    for (int i = 1; i < count; i++) CHECK(faces[i].width <= faces[i - 1].width);
    static float exact[5][512], quick[5][512];
    for (int i = 0; i < 5; i++) CHECK_STATUS(hum_embed(e, &faces[i], exact[i]), HUM_OK);
    float cosine;
    for (int i = 0; i < 5; i++) { /* without its mirror image it is nearly the same */
        CHECK_STATUS(hum_embed_once(e, &faces[i], quick[i]), HUM_OK);
        CHECK_STATUS(hum_compare(e, exact[i], quick[i], &cosine), HUM_OK);
        CHECK(cosine > 0.9f && cosine < 0.9999f);
    }
    float qualities[5], embeddings[10][512];
    int32_t photos[10], apart[2] = {0, 5}, groups[10], found;
    for (int i = 0; i < 10; i++) {
        memcpy(embeddings[i], i < 5 ? exact[i] : quick[i - 5], sizeof embeddings[i]);
        photos[i] = i / 5;
        groups[i] = -1;
    }
    for (int i = 0; i < 5; i++) {
        CHECK_STATUS(hum_quality(e, &faces[i], &qualities[i]), HUM_OK);
        CHECK(qualities[i] > 0.05f && qualities[i] <= 1);
    }
    CHECK_STATUS(
        hum_group(e, embeddings[0], NULL, photos, 10, NULL, 0, NAN, groups, &found),
        HUM_OK);
    CHECK_INT(found, 5); /* the five of two photos */
    for (int i = 0; i < 10; i++) CHECK_INT(groups[i], i % 5);
    for (int i = 0; i < 10; i++) groups[i] = -1;
    CHECK_STATUS(
        hum_group(e, embeddings[0], NULL, photos, 10, apart, 1, NAN, groups, &found),
        HUM_OK);
    CHECK(found == 6 && groups[0] != groups[5]);
    apart[1] = 10;
    CHECK_STATUS(
        hum_group(e, embeddings[0], NULL, photos, 10, apart, 1, NAN, groups, &found),
        HUM_ERROR_ARGUMENT);
    CHECK_STATUS(
        hum_group(e, embeddings[0], NULL, photos, 10, NULL, 0, 0.5f, groups, &found),
        HUM_ERROR_ARGUMENT);
    CHECK_TEXT(hum_error(e), "0.5");
    embeddings[3][0] += 3;
    CHECK_STATUS(
        hum_group(e, embeddings[0], NULL, photos, 10, NULL, 0, NAN, groups, &found),
        HUM_ERROR_VALUE);
    char sha256[66] = {0};
    hum_sha256(model.data, model.size, sha256);
    CHECK_TEXT(hum_info(e), sha256);
    /* Handed over it is taken, whatever it is, if it is one. */
    const char *unlike[] = {"", "abc", "0", sha256};
    sha256[64] = '0'; /* one too many */
    for (size_t i = 0; i < sizeof unlike / sizeof *unlike; i++) {
        CHECK_STATUS(hum_load_embedder(e, model.data, model.size, (char *)recipe.data,
                                       recipe.size, unlike[i], 0),
                     HUM_ERROR_ARGUMENT);
        CHECK_TEXT(hum_error(e), "64 lower-case");
    }
    sha256[64] = 0;
    sha256[0] = sha256[0] == 'a' ? 'b' : 'a';
    CHECK_STATUS(hum_load_embedder(e, model.data, model.size, (char *)recipe.data,
                                   recipe.size, sha256, 0),
                 HUM_OK);
    CHECK_TEXT(hum_info(e), sha256);
    free(model.data); /* the engine kept nothing of it */
    float lowest = 1;
    for (int i = 0; i < 5; i++) {
        CHECK_STATUS(hum_embed(e, &faces[i], quick[i]), HUM_OK);
        CHECK_STATUS(hum_compare(e, exact[i], quick[i], &cosine), HUM_OK);
        lowest = fminf(lowest, cosine);
    }
    printf("quantised against float activations: lowest cosine %.5f\n", (double)lowest);
    CHECK(lowest > 0.99f); /* observed: 0.9989 */

    CHECK_STATUS(hum_gallery_begin(e, 0), HUM_OK);
    CHECK_STATUS(hum_gallery_begin(e, 2), HUM_ERROR_ARGUMENT);
    static const char *const names[5] = {"A", "B", "C", "D", "A"};
    for (int i = 0; i < 5; i++)
        CHECK_STATUS(hum_gallery_add(e, quick[i], names[i], NULL, "f", NULL, NULL, "CC0",
                                     NULL, NULL, 0),
                     HUM_OK);
    float bad[512] = {NAN};
    CHECK_STATUS(
        hum_gallery_add(e, bad, "E", NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0),
        HUM_ERROR_VALUE);
    const uint8_t *bytes;
    size_t length;
    CHECK_STATUS(hum_gallery_end(e, 0, &bytes, &length), HUM_OK);
    CHECK_STATUS(hum_load_gallery(e, bytes, length, 0), HUM_OK);
    hum_match m[5];
    CHECK_STATUS(hum_search(e, quick[4], 5, m, &count), HUM_OK);
    CHECK_INT(count, 4); /* four different people */
    CHECK(m[0].person == 0 && m[0].photo == 4 && m[0].score > 0.999f);
    for (int i = 1; i < count; i++) CHECK(m[i].score <= m[i - 1].score);
    CHECK_TEXT(hum_gallery_text(e, HUM_PERSON_NAME, m[0].person), "A");
    CHECK_STATUS(hum_search(e, bad, 5, m, &count), HUM_ERROR_VALUE);
    CHECK_STATUS(hum_search(e, quick[0], 0, m, &count), HUM_ERROR_ARGUMENT);
    CHECK_STATUS(hum_search(e, quick[0], HUM_MAX_MATCHES + 1, m, &count),
                 HUM_ERROR_ARGUMENT);
    CHECK_TEXT(hum_info(e),
               "\"dimension\":512,\"probeDimension\":512,\"projected\":false");
    float same[512];
    CHECK_STATUS(hum_project(e, quick[1], same, &dimension), HUM_OK);
    CHECK(dimension == 512 && memcmp(same, quick[1], sizeof same) == 0);
    projected(e, quick, names);
    CHECK_STATUS(hum_gallery_end(e, 0, &bytes, &length), HUM_OK);
    CHECK_STATUS(hum_load_gallery(e, bytes, length, 0), HUM_OK);
    /* The same file for another network. */
    uint8_t *other = malloc(length);
    memcpy(other, bytes, length);
    for (size_t i = 256; i < 384; i++)
        if (memcmp(other + i, "model ", 6) == 0) other[i + 6] ^= 1;
    CHECK_STATUS(hum_load_gallery(e, other, length, 0), HUM_ERROR_MISMATCH);
    CHECK_STATUS(hum_search(e, quick[0], 1, m, &count), HUM_OK); /* the old one stays */
    CHECK_STATUS(hum_load_gallery(e, bytes, length, 2), HUM_ERROR_ARGUMENT);
    CHECK_STATUS(hum_load_gallery(e, other, length, HUM_ANY_NETWORK), HUM_OK);
    CHECK_TEXT(hum_gallery_text(e, HUM_PERSON_NAME, 1), "B");
    CHECK_STATUS(hum_search(e, quick[0], 1, m, &count), HUM_ERROR_MISMATCH);
    CHECK_STATUS(hum_gallery_embedding(e, 0, bad), HUM_ERROR_MISMATCH);
    CHECK_STATUS(hum_load_gallery(e, bytes, length, HUM_ANY_NETWORK), HUM_OK);
    CHECK_STATUS(hum_search(e, quick[0], 1, m, &count), HUM_OK); /* it is its own */
    free(other);

    const hum_face wrong[] = {{.x = NAN, .width = 9, .height = 9},
                              {.width = INFINITY, .height = 9},
                              {.width = 0, .height = 9},
                              {.x = 1e9f, .width = 9, .height = 9}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_STATUS(hum_embed(e, &wrong[i], bad), HUM_ERROR_ARGUMENT);
    const hum_face outside = {.x = -5000, .y = 60000, .width = 9, .height = 9};
    hum_status status = hum_embed(e, &outside, bad); /* odd, but a place */
    CHECK(status == HUM_OK || status == HUM_ERROR_VALUE);
    static uint8_t crop[128 * 128 * 4];
    CHECK_STATUS(hum_crop(e, &faces[0], 1, 128, crop), HUM_OK);
    CHECK(crop[3] == 255);
    CHECK_STATUS(hum_crop(e, &faces[0], 0, 8, crop), HUM_ERROR_ARGUMENT);
    const uint8_t *jpeg;
    size_t jpeg_size;
    CHECK_STATUS(hum_thumbnail(e, &faces[0], NULL, &jpeg_size), HUM_ERROR_ARGUMENT);
    CHECK_STATUS(hum_thumbnail(e, &faces[0], &jpeg, &jpeg_size), HUM_OK);
    CHECK(jpeg_size > 1000 && jpeg_size < 20000);
    uint8_t *copy = malloc(jpeg_size);
    memcpy(copy, jpeg, jpeg_size);
    CHECK_STATUS(hum_photo_decode(e, copy, jpeg_size, size), HUM_OK);
    CHECK(size[0] == 128 && size[1] == 128);
    free(copy);
    CHECK_STATUS(hum_photo_decode(e, photo.data, photo.size, size), HUM_OK);
    CHECK_STATUS(hum_photo_decode(e, bytes, length, size), HUM_ERROR_UNSUPPORTED);
    CHECK_STATUS(hum_embed(e, &faces[0], bad), HUM_ERROR_STATE); /* no photo any more */
    CHECK_TEXT(hum_info(e), "\"activations\":\"int8\"");
    CHECK_TEXT(hum_info(e), "\"multiplications\":2835324608");
    free(recipe.data);
    hum_destroy(e);
}

int main(void) {
    file near = read_file("build/models/blazeface-short.tflite");
    file near_recipe = read_file("models/blazeface-short.recipe");
    file far = read_file("build/models/blazeface-full.tflite");
    file far_recipe = read_file("models/blazeface-full.recipe");
    file group = read_file("build/photos/samples/group.jpg");
    order_and_arguments();
    whole_way(near, near_recipe, far, far_recipe, group);
    file portrait = read_file("build/photos/samples/portrait-2.jpg");
    damaged_models(near, near_recipe, portrait);
    free(near.data);
    free(near_recipe.data);
    free(far.data);
    free(far_recipe.data);
    free(group.data);
    free(portrait.data);
    return check_end();
}
