/* 3x3 convolutions of stride 1 with a quarter of the multiplications: F(4x4, 3x3) of
   Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016.

   A tile of 4x4 outputs sees 6x6 inputs. Both these and the kernel are transformed into
   36 points; at each point the tiles are a matrix [tiles,c] that is multiplied by the
   kernel's [c,n], which is where the time goes; the products are transformed back. Sums
   are taken in another order than by the definition, and of larger numbers: in float32
   some 2e-6 of the largest output is lost (tests/c/net.c).

   Pure functions on channels in groups of HUM_WINOGRAD_GROUP. Tiles are numbered row by
   row; the last ones of a row or column may reach over the edge. */

#ifndef HUM_WINOGRAD_H
#define HUM_WINOGRAD_H

#include <stddef.h>
#include <stdint.h>

enum {
    HUM_WINOGRAD_TILE = 4,    /* outputs along a side of a tile */
    HUM_WINOGRAD_POINTS = 36, /* (4 + 3 - 1) squared */
    HUM_WINOGRAD_GROUP = 8    /* channels come in multiples of this */
};

/* [height,width,channels] floats, `stride` floats from pixel to pixel. */
typedef struct {
    int32_t height, width, channels;
    size_t stride;
} hum_plane;

/* kernel: [n,3,3,c]. points: [36,n,c], for a product with the transposed of each. */
void hum_winograd_kernel(const float *kernel, size_t n, size_t c, float *points);

/* Number of tiles that cover an output of this size. */
size_t hum_winograd_tiles(int32_t height, int32_t width);

/* Transforms the inputs of one tile into row `row` of points: [36,rows,c]. before: rows
   above, columns left of the input that count as zeros, 0..2. output: what is to be
   computed of it. */
void hum_winograd_input(const float *input, const hum_plane *shape,
                        const int32_t before[2], const hum_plane *output, size_t tile,
                        size_t row, size_t rows, float *points);

/* The outputs of one tile from row `row` of points: [36,rows,n]; adds bias[n], clamps. */
void hum_winograd_output(const float *points, size_t rows, size_t row, const float *bias,
                         float low, float high, const hum_plane *shape, size_t tile,
                         float *output);

#endif
