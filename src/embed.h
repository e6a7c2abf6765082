/* From the crop of a face to its embedding. */

#ifndef HUM_EMBED_H
#define HUM_EMBED_H

#include "image.h"
#include "net.h"

typedef struct {
    hum_net *net; /* NULL: not loaded */
    hum_recipe recipe;
    int32_t width, height, dimension;
    char sha256[65];    /* of the model file */
    char contract[640]; /* what a gallery must have been made with; 520 bytes at most */
    uint8_t *pixels;    /* [height,width,3] */
    float *vectors;     /* [2,dimension]: of the picture and its mirror image */
} hum_embedder;

/* Takes over the net (freed on failure too). Returns FORMAT, LIMIT, MEMORY. */
hum_status hum_embedder_init(hum_embedder *m, hum_net *net, const hum_recipe *recipe,
                             const char sha256[65], hum_text *error);
void hum_embedder_free(hum_embedder *m);

/* Embeds a rectangle of the photo: out [dimension], length 1. mirrored: whether it is the
   mean with its mirror image's. Returns MEMORY, VALUE, INTERNAL. */
hum_status hum_embed_rect(hum_embedder *m, const hum_image *photo, hum_rect rect,
                          int mirrored, hum_resampler *scratch, float *out,
                          hum_text *error);

/* The scalar product of a and b, [n] each. */
double hum_product(const float *a, const float *b, int32_t n);

/* Scales v to length 1. Returns VALUE if it is not finite or has no direction. */
hum_status hum_unit(float *v, int32_t n, hum_text *error);

#endif
