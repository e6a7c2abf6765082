#define _POSIX_C_SOURCE 200809L

#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* stb's compressor converts freely between types and holds writers that are not used. */
#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif

enum {
    MAX_MODEL_BYTES = 1 << 30,
    MAX_RECIPE_BYTES = 1 << 16,
    THUMBNAIL_QUALITY = 82 /* about 5 kB a face */
};

/* ---- Networks -------------------------------------------------------------------- */

/* The folder of the networks that have no path of their own; fresh memory. */
static char *models_folder(void) {
    const char *set = getenv("HUMSHAKAL_MODELS");
    if (set && *set) return must_copy(set);
    char here[4096];
    ssize_t length = readlink("/proc/self/exe", here, sizeof here - 1);
    if (length <= 0) return must_copy("models");
    here[length] = 0;
    *strrchr(here, '/') = 0;
    return path_join(here, "../models");
}

/* --model facenet is NAME.tflite in the folder of the networks; anything with a slash or
   a dot is a path. */
static char *model_path(const char *name) {
    if (strpbrk(name, "/.")) return must_copy(name);
    char *folder = models_folder(), file[256];
    snprintf(file, sizeof file, "%.240s.tflite", name);
    char *path = path_join(folder, file);
    free(folder);
    return path;
}

/* The recipe beside NAME.tflite is NAME.recipe. */
static char *recipe_path(const char *model) {
    size_t length = strlen(model);
    if (length > 7 && strcmp(model + length - 7, ".tflite") == 0) length -= 7;
    char *path = must_alloc(length + sizeof ".recipe", 1);
    memcpy(path, model, length);
    strcpy(path + length, ".recipe");
    return path;
}

static int load_network(hum_engine *engine, const cli_options *options, const char *name,
                        int is_detector) {
    char *path = model_path(name), *beside = recipe_path(path);
    size_t size = 0, recipe_size = 0;
    const char *why = "", *recipe_why = "";
    unsigned char *model = file_read(path, MAX_MODEL_BYTES, &size, &why), *recipe = NULL;
    int code = 0;
    if (!model) {
        code =
            cli_fail("the network %s cannot be read: %s. tools/setup/models.sh puts the "
                     "networks into build/models; HUMSHAKAL_MODELS names another folder",
                     path, why);
    } else if (file_exists(beside) && !(recipe = file_read(beside, MAX_RECIPE_BYTES,
                                                           &recipe_size, &recipe_why))) {
        code = cli_fail("the recipe %s cannot be read: %s", beside, recipe_why);
    } else {
        const char *text = (const char *)recipe;
        hum_status status =
            is_detector ? hum_load_detector(engine, model, size, text, recipe_size)
                        : hum_load_embedder(engine, model, size, text, recipe_size, NULL,
                                            options->exact ? HUM_FLOAT_ACTIVATIONS : 0);
        if (status != HUM_OK) code = cli_fail("%s: %s", path, hum_error(engine));
    }
    free(model);
    free(recipe);
    free(path);
    free(beside);
    return code;
}

static int load_detectors(hum_engine *engine, const cli_options *options) {
    static const char *const defaults[] = {"blazeface-short", "blazeface-full"};
    const char *const *names = options->detector_count ? options->detectors : defaults;
    int count = options->detector_count ? options->detector_count : 2, code = 0;
    for (int i = 0; i < count && !code; i++)
        code = load_network(engine, options, names[i], 1);
    return code;
}

static hum_engine *open_with(const cli_options *options, int embedder, int detectors) {
    hum_engine *engine = NULL;
    if (hum_create(1, &engine) != HUM_OK) {
        cli_fail("memory ran out");
        return NULL;
    }
    int code = 0;
    if (embedder)
        code =
            load_network(engine, options, options->model ? options->model : "facenet", 0);
    if (detectors && !code) code = load_detectors(engine, options);
    if (!code) return engine;
    hum_destroy(engine);
    return NULL;
}

hum_engine *engine_open(const cli_options *options) {
    return open_with(options, 1, !options->no_detect);
}

hum_engine *engine_open_detectors(const cli_options *options) {
    return open_with(options, 0, 1);
}

int gallery_open(hum_engine *engine, const char *path, gallery_file *gallery) {
    const char *why = "";
    gallery->bytes = file_map(path, &gallery->size, &why);
    if (!gallery->bytes) return cli_fail("the gallery %s cannot be read: %s", path, why);
    if (hum_load_gallery(engine, gallery->bytes, gallery->size, 0) == HUM_OK) return 0;
    return cli_fail("%s: %s", path, hum_error(engine));
}

void gallery_close(const gallery_file *gallery) {
    file_unmap(gallery->bytes, gallery->size);
}

/* ---- Photos ---------------------------------------------------------------------- */

static void set_message(photo_result *result, photo_state state, const char *text) {
    result->state = state;
    snprintf(result->message, sizeof result->message, "%s", text);
}

static void append(void *context, void *data, int size) {
    photo_result *r = context;
    r->thumbnail = must_grow(r->thumbnail, r->thumbnail_size + (size_t)size, 1);
    memcpy(r->thumbnail + r->thumbnail_size, data, (size_t)size);
    r->thumbnail_size += (size_t)size;
}

static hum_status make_thumbnail(hum_engine *engine, const hum_face *face,
                                 photo_result *result) {
    static uint8_t pixels[THUMBNAIL_SIDE * THUMBNAIL_SIDE * 4];
    hum_status status = hum_crop(engine, face, 1, THUMBNAIL_SIDE, pixels);
    if (status == HUM_OK)
        stbi_write_jpg_to_func(append, result, THUMBNAIL_SIDE, THUMBNAIL_SIDE, 4, pixels,
                               THUMBNAIL_QUALITY);
    return status;
}

/* Chooses the face; NO_FACE and its message where there is none. */
static hum_status find_face(hum_engine *engine, const cli_options *options,
                            photo_result *result) {
    hum_face faces[HUM_MAX_FACES];
    hum_status status = hum_detect(engine, faces, HUM_MAX_FACES, &result->faces);
    if (status != HUM_OK) return status;
    if (result->faces == 0) {
        set_message(result, PHOTO_NO_FACE, "no face found");
    } else if (options->face > result->faces) {
        result->state = PHOTO_NO_FACE;
        snprintf(result->message, sizeof result->message,
                 "there is no face %d; found: %d", options->face, result->faces);
    } else {
        result->face = faces[options->face - 1];
    }
    return HUM_OK;
}

void photo_read(hum_engine *engine, const cli_options *options, const char *path,
                int thumbnail, photo_result *result) {
    *result = (photo_result){.state = PHOTO_OK};
    size_t size = 0;
    const char *why = "";
    unsigned char *bytes = file_read(path, HUM_MAX_PHOTO_BYTES, &size, &why);
    if (!bytes) {
        set_message(result, PHOTO_BAD, why);
        return;
    }
    int32_t dimensions[2];
    hum_status status = hum_photo_decode(engine, bytes, size, dimensions);
    free(bytes);
    if (status == HUM_OK) {
        result->width = dimensions[0];
        result->height = dimensions[1];
        if (!options->no_detect) status = find_face(engine, options, result);
    }
    if (status == HUM_OK && result->state == PHOTO_OK) {
        const hum_face *face = options->no_detect ? NULL : &result->face;
        result->embedding =
            must_alloc((size_t)hum_dimension(engine), sizeof *result->embedding);
        status = hum_embed(engine, face, result->embedding);
        if (status == HUM_OK && thumbnail) status = make_thumbnail(engine, face, result);
    }
    if (status == HUM_OK) return;
    photo_free(result);
    set_message(result, PHOTO_BAD, hum_error(engine));
}

void photo_free(photo_result *result) {
    free(result->embedding);
    free(result->thumbnail);
    result->embedding = NULL;
    result->thumbnail = NULL;
    result->thumbnail_size = 0;
}

int photo_need(hum_engine *engine, const cli_options *options, const char *path,
               photo_result *result) {
    photo_read(engine, options, path, 0, result);
    if (result->state == PHOTO_OK) return EXIT_DONE;
    cli_fail("%s: %s", path, result->message);
    return result->state == PHOTO_NO_FACE ? EXIT_NOTHING : EXIT_BAD;
}
