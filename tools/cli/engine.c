#include "engine.h"

#include "fail.h"
#include "files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_MODEL_BYTES = 1 << 30, MAX_RECIPE_BYTES = 1 << 16 };

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
    char *folder = models_folder(), *path = must_format("%s/%s.tflite", folder, name);
    free(folder);
    return path;
}

/* The recipe beside NAME.tflite is NAME.recipe. */
static char *recipe_path(const char *model) {
    size_t length = strlen(model);
    if (length > 7 && strcmp(model + length - 7, ".tflite") == 0) length -= 7;
    return must_format("%.*s.recipe", (int)length, model);
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

int engine_open(const cli_options *options, int parts, hum_engine **engine) {
    if (hum_create(1, engine) != HUM_OK) return cli_fail("memory ran out");
    const char *model = options->model ? options->model : "facenet";
    int code = EXIT_DONE;
    if (parts & EMBEDDER) code = load_network(*engine, options, model, 0);
    if (parts & DETECTORS && !options->no_detect && !code)
        code = load_detectors(*engine, options);
    if (!code) return EXIT_DONE;
    hum_destroy(*engine);
    *engine = NULL;
    return code;
}

json_t *engine_info(hum_engine *engine) {
    const char *text = hum_info(engine);
    json_error_t error = {.text = "memory ran out"};
    json_t *info = text ? json_loads(text, 0, &error) : NULL;
    if (!info) cli_fail("the engine's description cannot be read: %s", error.text);
    return info;
}
