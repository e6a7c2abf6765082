/* The examples of humshakal.h and README.md, as they stand there: CMake cuts them out.
   They are compiled as C and as C++, and find a president in his portrait. */

#include "humshakal.h"

#include "check.h"
#include "files.h"

/* What the examples take for granted. */
static const uint8_t *blazeface, *facenet, *model, *model2, *gallery, *jpeg;
static const char *recipe, *recipe2;
static size_t blazeface_size, facenet_size, model_size, model2_size, recipe_size,
    recipe2_size, gallery_size, jpeg_size;
static hum_engine *engine;
static hum_face faces[HUM_MAX_FACES];
static hum_match matches[5];
static float embedding[HUM_MAX_DIMENSION];
static int32_t size[2], count;

static const uint8_t *need(const char *path, size_t *bytes) {
    file f = need_file(path);
    *bytes = f.size;
    return f.data;
}

static void check_found(void) {
    CHECK_INT(count, 5);
    CHECK(matches[0].score > 0.9f && matches[1].score < 0.9f);
    count = 0;
    memset(matches, 0, sizeof matches);
}

static void run_header(void) {
#include "header.inc"
    check_found();
}

static void run_readme(void) {
#include "readme.inc"
    CHECK_TEXT(hum_gallery_text(engine, HUM_PERSON_NAME, matches[0].person), "Lincoln");
    check_found();
    hum_destroy(engine);
}

int main(void) {
    blazeface = model = need("build/models/blazeface-short.tflite", &blazeface_size);
    recipe = (const char *)need("models/blazeface-short.recipe", &recipe_size);
    facenet = model2 = need("build/models/facenet.tflite", &facenet_size);
    recipe2 = (const char *)need("models/facenet.recipe", &recipe2_size);
    gallery = need("build/galleries/presidents.humg", &gallery_size);
    jpeg =
        need("build/photos/presidents/Abraham Lincoln/abraham-lincoln.png", &jpeg_size);
    model_size = blazeface_size;
    model2_size = facenet_size;
    run_header();
    run_readme();
    const void *const owned[] = {blazeface, recipe, facenet, recipe2, gallery, jpeg};
    for (int i = 0; i < 6; i++) free((void *)(uintptr_t)owned[i]);
    return check_end();
}
