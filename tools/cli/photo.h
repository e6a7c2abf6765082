/* From a photo's file to its face and embedding. */

#ifndef HUM_CLI_PHOTO_H
#define HUM_CLI_PHOTO_H

#include "args.h"
#include "humshakal.h"

typedef enum { PHOTO_OK, PHOTO_NO_FACE, PHOTO_BAD } photo_state;

enum { PHOTO_MESSAGE = 600 };

/* What a photo is read for, besides the embedding of its face. */
enum { THUMBNAIL = 1, EVERY_FACE = 2 };

/* What became of a photo. */
typedef struct {
    photo_state state;
    int32_t faces;            /* found; 0 with no_detect */
    hum_face face;            /* the chosen one, if faces > 0 */
    int32_t count;            /* embeddings: 1, or with EVERY_FACE as many as faces */
    float *embedding;         /* [count,dimension]; NULL unless PHOTO_OK */
    float *quality;           /* [count]; NULL without EVERY_FACE */
    unsigned char *thumbnail; /* JPEG; NULL if not wanted */
    size_t thumbnail_size;
    char message[PHOTO_MESSAGE]; /* why not PHOTO_OK */
} photo_result;

/* Makes a file the engine's current photo. Returns 1, or 0 with the reason in message. */
int photo_decode(hum_engine *engine, const char *path, int32_t size[2],
                 char message[PHOTO_MESSAGE]);

/* Decodes, detects and embeds a photo. wanted: THUMBNAIL, EVERY_FACE. */
void photo_read(hum_engine *engine, const cli_options *options, const char *path,
                int wanted, photo_result *result);

/* Prints why a photo has no embedding. Returns EXIT_DONE where it has one, else
   EXIT_NOTHING or EXIT_BAD. */
int photo_check(const photo_result *result, const char *path);

void photo_free(photo_result *result);

#endif
