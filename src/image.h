/* Pictures: decoding, and resampling a rectangle of one to a given size. */

#ifndef HUM_IMAGE_H
#define HUM_IMAGE_H

#include "error.h"

typedef struct {
    uint8_t *rgb; /* [height,width,3] */
    int32_t width, height;
    int32_t shrink;      /* 2: a pixel is the mean of 2 x 2 of the photo; else 1 */
    int32_t orientation; /* of the file, from which it was turned upright; else 1 */
    size_t capacity;     /* bytes at rgb; it only grows */
} hum_image;

/* A photo of more pixels is halved while it is decoded. The largest canvas of Safari on
   phones, to which other kinds of pictures are scaled down in the page. */
#ifndef HUM_WHOLE_PHOTO_PIXELS
#define HUM_WHOLE_PHOTO_PIXELS ((size_t)1 << 24)
#endif

/* Returns LIMIT. */
hum_status hum_image_check_size(int64_t width, int64_t height, hum_text *error);

/* Makes room for a picture; width and height stay. Returns LIMIT, MEMORY. */
hum_status hum_image_reserve(hum_image *image, int32_t width, int32_t height,
                             hum_text *error);

/* Lays n pixels over white; out: RGB every `step` bytes, may be rgba. */
void hum_over_white(const uint8_t *rgba, size_t n, uint8_t *out, int step);

/* Decodes as hum_photo_decode describes. On failure the image is empty (width 0). */
hum_status hum_image_decode(const uint8_t *bytes, size_t size, hum_image *image,
                            hum_text *error);

/* Copies rgba [height,width,4], transparency over white. */
hum_status hum_image_from_rgba(const uint8_t *rgba, int32_t width, int32_t height,
                               hum_image *image, hum_text *error);

/* Halves a picture: each pixel the mean of four (an odd last row or column is left
   out). Returns MEMORY. */
hum_status hum_image_halve(const hum_image *image, hum_image *half, hum_text *error);

void hum_image_free(hum_image *image);

/* A rectangle of a picture in its pixel coordinates; it may reach over the edges. turn:
   whole degrees by which it stands turned clockwise about its centre, -180..180. */
typedef struct {
    double x, y, width, height;
    int turn;
} hum_rect;

static inline hum_rect hum_square_about(double cx, double cy, double side) {
    return (hum_rect){cx - side / 2, cy - side / 2, side, side, 0};
}

/* What stands outside the picture: black, its edge repeated, or its mirror image. */
typedef enum { HUM_EDGE_BLACK, HUM_EDGE_REPEAT, HUM_EDGE_MIRROR } hum_edge;

typedef struct {
    int32_t *weights; /* both axes: weights, starts, counts */
    uint16_t *row;    /* a row between the passes, then its 32-bit sums */
    uint8_t *level;   /* what a turned rectangle is taken from */
    size_t capacity, row_capacity, level_capacity;
} hum_resampler;

/* Resamples rect to out [height,width,3]. Enlarging is bilinear; reducing is the same
   triangle widened to the reduction, so that every source pixel counts (as Pillow's
   BILINEAR does). What is turned is resampled upright first, then turned, bilinear too;
   right angles lose nothing. Integer arithmetic: every build gives the same bits.
   scratch: zeroed before its first use, reused after. Returns MEMORY. */
hum_status hum_resample(const hum_image *image, hum_rect rect, hum_edge edge,
                        int32_t width, int32_t height, uint8_t *out,
                        hum_resampler *scratch, hum_text *error);

void hum_resampler_free(hum_resampler *scratch);

#endif
