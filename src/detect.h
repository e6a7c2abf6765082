/* BlazeFace (Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on
   Mobile GPUs"): from the networks' outputs to faces, and the search of a whole photo. */

#ifndef HUM_DETECT_H
#define HUM_DETECT_H

#include "image.h"
#include "net.h"

typedef struct {
    hum_net *net; /* NULL: not loaded */
    hum_recipe recipe;
    int32_t side; /* input pixels */
    int32_t anchors;
    float *centres;               /* [anchors,2], 0..1 of the input */
    int32_t regressors, scores;   /* which outputs: [anchors,16], [anchors] */
    uint8_t *pixels;              /* [side,side,3] */
    hum_face *found, *candidates; /* scratch of a search */
} hum_detector;

/* Takes over the net (freed on failure too). Returns FORMAT if its outputs do not fit the
   recipe's anchors, MEMORY. */
hum_status hum_detector_init(hum_detector *d, hum_net *net, const hum_recipe *recipe,
                             hum_text *error);
void hum_detector_free(hum_detector *d);

/* ---- Pure functions -------------------------------------------------------------- */

/* Anchor centres, row by row, all anchors of a cell together: [n,2] in 0..1 of a square
   input of side pixels. Returns n; centres may be NULL to count. */
int32_t hum_anchors(const hum_recipe *recipe, int32_t side, float *centres);

/* Turns outputs into faces in units of the input (0..1): those with at least min_score,
   at most capacity (the first ones). Not-a-number counts as no face. Returns how many. */
int32_t hum_decode_faces(const float *regressors, const float *scores,
                         const float *centres, int32_t anchors, int32_t side,
                         float min_score, hum_face *faces, int32_t capacity);

/* Intersection over union of two boxes, 0..1. */
float hum_overlap(const hum_face *a, const hum_face *b);

/* Sorts by falling score and melts every face into the best one that it overlaps by more
   than iou, which is below 1: box and points become the mean weighted by score and
   overlap, the score stays the best one. Returns how many are left. */
int32_t hum_merge_faces(hum_face *faces, int32_t count, float iou);

/* ---- A whole photo --------------------------------------------------------------- */

/* Finds the faces of a photo, largest first. far may have no net. half: receives the
   photo at half its size, reused from call to call. Returns MEMORY, INTERNAL. */
hum_status hum_find_faces(hum_detector *near, hum_detector *far, const hum_image *photo,
                          hum_image *half, hum_resampler *scratch, hum_face *faces,
                          int32_t capacity, int32_t *count, hum_text *error);

#endif
