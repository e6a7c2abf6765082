/* Galleries from and to files. gallery_open, _write and _load_made return
   EXIT_DONE, or EXIT_BAD with the reason printed. */

#ifndef HUM_CLI_GALLERY_FILE_H
#define HUM_CLI_GALLERY_FILE_H

#include "humshakal.h"

/* A gallery's file, mapped. */
typedef struct {
    const unsigned char *bytes;
    size_t size;
} gallery_file;

/* Loads a gallery; it must be closed after the engine, whatever is returned. */
int gallery_open(hum_engine *engine, const char *path, gallery_file *gallery);
void gallery_close(const gallery_file *gallery);

/* Ends the gallery that was begun and writes it; its size is what the file has. */
int gallery_write(hum_engine *engine, int axes, const char *path, size_t *size);

/* Ends the gallery that was begun and loads it in the place of the one in *bytes, which
   is NULL at first and freed at last by the caller. */
int gallery_load_made(hum_engine *engine, int axes, unsigned char **bytes);

/* What the loaded gallery says of a photo and its person. */
typedef struct {
    const char *name, *link, *file, *source, *author, *licence, *photo_link;
} entry_texts;

entry_texts entry_read(const hum_engine *engine, int32_t photo);

/* Whether entry number photo of the loaded gallery is of a photo at all: those that
   from-classifier makes are not. */
int entry_has_photo(hum_engine *engine, int32_t photo);

/* Adds all photos of the loaded gallery to the one that was begun. Returns as above. */
int gallery_add_photos(hum_engine *engine, int photos);

#endif
