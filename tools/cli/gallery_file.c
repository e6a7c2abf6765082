#include "gallery_file.h"

#include "fail.h"
#include "files.h"

#include <stdlib.h>
#include <string.h>

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

int gallery_write(hum_engine *engine, int axes, const char *path, size_t *size) {
    const uint8_t *bytes;
    output_file out;
    if (hum_gallery_end(engine, axes, &bytes, size) != HUM_OK)
        return cli_fail("%s", hum_error(engine));
    if (output_open(&out, path)) return EXIT_BAD;
    fwrite(bytes, 1, *size, out.file); /* output_close checks */
    return output_close(&out);
}

int gallery_load_made(hum_engine *engine, int axes, unsigned char **bytes) {
    const uint8_t *made;
    size_t size;
    if (hum_gallery_end(engine, axes, &made, &size) != HUM_OK)
        return cli_fail("%s", hum_error(engine));
    unsigned char *copy = must_alloc(size, 1);
    memcpy(copy, made, size);
    if (hum_load_gallery(engine, copy, size, 0) != HUM_OK) {
        free(copy);
        return cli_fail("%s", hum_error(engine));
    }
    free(*bytes);
    *bytes = copy;
    return EXIT_DONE;
}

entry_texts entry_read(const hum_engine *engine, int32_t photo) {
    int32_t person = hum_gallery_person(engine, photo);
    return (entry_texts){hum_gallery_text(engine, HUM_PERSON_NAME, person),
                         hum_gallery_text(engine, HUM_PERSON_LINK, person),
                         hum_gallery_text(engine, HUM_PHOTO_FILE, photo),
                         hum_gallery_text(engine, HUM_PHOTO_SOURCE, photo),
                         hum_gallery_text(engine, HUM_PHOTO_AUTHOR, photo),
                         hum_gallery_text(engine, HUM_PHOTO_LICENCE, photo),
                         hum_gallery_text(engine, HUM_PHOTO_LINK, photo)};
}

int entry_has_photo(hum_engine *engine, int32_t photo) {
    const uint8_t *thumbnail;
    size_t size = 0;
    hum_gallery_thumbnail(engine, photo, &thumbnail, &size);
    return size || *hum_gallery_text(engine, HUM_PHOTO_FILE, photo);
}

static hum_status copy_photo(hum_engine *engine, int32_t photo, float *row) {
    const uint8_t *thumbnail;
    size_t size;
    hum_status status = hum_gallery_embedding(engine, photo, row);
    if (status == HUM_OK)
        status = hum_gallery_thumbnail(engine, photo, &thumbnail, &size);
    if (status != HUM_OK) return status;
    entry_texts t = entry_read(engine, photo);
    return hum_gallery_add(engine, row, t.name, t.link, t.file, t.source, t.author,
                           t.licence, t.photo_link, thumbnail, size);
}

int gallery_add_photos(hum_engine *engine, int photos) {
    hum_status status = HUM_OK;
    float *row = must_alloc((size_t)hum_dimension(engine), sizeof *row);
    for (int i = 0; status == HUM_OK && i < photos; i++)
        status = copy_photo(engine, i, row);
    free(row);
    return status == HUM_OK ? EXIT_DONE : cli_fail("%s", hum_error(engine));
}
