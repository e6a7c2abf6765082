#include "photo.h"

#include "apart.h"
#include "fail.h"
#include "files.h"

#include <stdlib.h>
#include <string.h>

static hum_status make_thumbnail(hum_engine *engine, const hum_face *face,
                                 photo_result *result) {
    const uint8_t *bytes;
    hum_status status = hum_thumbnail(engine, face, &bytes, &result->thumbnail_size);
    if (status != HUM_OK) return status;
    result->thumbnail = must_alloc(result->thumbnail_size, 1);
    memcpy(result->thumbnail, bytes, result->thumbnail_size);
    return HUM_OK;
}

/* Chooses the face; NO_FACE and its message where there is none. faces: room for all. */
static hum_status find_face(hum_engine *engine, const cli_options *options,
                            hum_face *faces, photo_result *result) {
    hum_status status = hum_detect(engine, faces, HUM_MAX_FACES, &result->faces);
    if (status != HUM_OK) return status;
    if (options->face <= result->faces) {
        result->face = faces[options->face - 1];
        return HUM_OK;
    }
    result->state = PHOTO_NO_FACE;
    if (result->faces)
        snprintf(result->message, sizeof result->message,
                 "there is no face %d; found: %d", options->face, result->faces);
    else snprintf(result->message, sizeof result->message, "no face found");
    return HUM_OK;
}

/* faces [count], or NULL: the whole photo. */
static hum_status embed_faces(hum_engine *engine, const hum_face *faces, int32_t count,
                              int with_quality, photo_result *result) {
    size_t dimension = (size_t)hum_dimension(engine), n = (size_t)count;
    result->count = count;
    result->embedding = must_alloc(n * dimension, sizeof *result->embedding);
    if (with_quality) result->quality = must_alloc(n, sizeof *result->quality);
    hum_status status = HUM_OK;
    for (size_t i = 0; i < n && status == HUM_OK; i++) {
        const hum_face *face = faces ? faces + i : NULL;
        status = hum_embed(engine, face, result->embedding + i * dimension);
        if (status == HUM_OK && with_quality)
            status = hum_quality(engine, face, &result->quality[i]);
    }
    return status;
}

_Static_assert((int)PHOTO_MESSAGE >= (int)OTHER_REASON, "a reason must fit");

static int decode_other(hum_engine *engine, const other_format *format,
                        const unsigned char *bytes, size_t bytes_size, int32_t size[2],
                        char message[PHOTO_MESSAGE]) {
    other_picture p;
    if (!apart_decode(format, bytes, bytes_size, &p, message)) return 0;
    int ok = hum_photo_pixels(engine, p.rgba, p.width, p.height) == HUM_OK;
    if (ok) size[0] = p.width, size[1] = p.height;
    else snprintf(message, PHOTO_MESSAGE, "%s", hum_error(engine));
    apart_free(&p);
    return ok;
}

int photo_decode(hum_engine *engine, const char *path, int32_t size[2],
                 char message[PHOTO_MESSAGE]) {
    size_t bytes_size = 0;
    const char *why = "";
    unsigned char *bytes = file_read(path, HUM_MAX_PHOTO_BYTES, &bytes_size, &why);
    const other_format *other = bytes ? other_format_of(bytes, bytes_size) : NULL;
    int ok;
    if (other) {
        ok = decode_other(engine, other, bytes, bytes_size, size, message);
    } else {
        ok = bytes && hum_photo_decode(engine, bytes, bytes_size, size) == HUM_OK;
        if (bytes && !ok) why = hum_error(engine);
        if (!ok) snprintf(message, PHOTO_MESSAGE, "%s", why);
    }
    free(bytes);
    return ok;
}

void photo_read(hum_engine *engine, const cli_options *options, const char *path,
                int wanted, photo_result *result) {
    *result = (photo_result){.state = PHOTO_BAD};
    hum_face faces[HUM_MAX_FACES];
    int32_t size[2];
    int every = wanted & EVERY_FACE;
    if (!photo_decode(engine, path, size, result->message)) return;
    result->state = PHOTO_OK;
    hum_status status =
        options->no_detect ? HUM_OK : find_face(engine, options, faces, result);
    if (status == HUM_OK && result->state == PHOTO_OK) {
        const hum_face *face = options->no_detect ? NULL : &result->face;
        status = embed_faces(engine, face && every ? faces : face,
                             face && every ? result->faces : 1, every, result);
        if (status == HUM_OK && wanted & THUMBNAIL)
            status = make_thumbnail(engine, face, result);
    }
    if (status == HUM_OK) return;
    photo_free(result);
    snprintf(result->message, sizeof result->message, "%s", hum_error(engine));
}

int photo_check(const photo_result *result, const char *path) {
    if (result->state == PHOTO_OK) return EXIT_DONE;
    cli_fail("%s: %s", path, result->message);
    return result->state == PHOTO_NO_FACE ? EXIT_NOTHING : EXIT_BAD;
}

void photo_free(photo_result *result) {
    free(result->embedding);
    free(result->quality);
    free(result->thumbnail);
    *result = (photo_result){.state = PHOTO_BAD};
}
