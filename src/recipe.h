/* A network's recipe: how a photo must be prepared for it and what its output means.

   The text is lines of `key = value`; `#` starts a comment line; keys may not repeat and
   unknown keys are refused, so that a misspelt one is not silently ignored. */

/* clang-format off
   id = facenet-vggface2         short, [a-z0-9-], goes into every gallery's contract
   name = FaceNet (VGGFace2)     for people
   task = embedder               or detector
   channels = rgb                or bgr: the order of the network's input channels
   mean = 127.5 127.5 127.5      subtracted from 0..255, in the order of `channels`
   scale = 0.0078125             then multiplied
 embedders:
   crop = square                 square | vggface2, see crop.h
   box = 0 -0.05 1.2 1.2         the detector's box mapped to the framing the network was
                                 trained with: centre moved by x, y (in units of the box's
                                 width, height), width and height multiplied
   mirror = no                   yes: average with the mirror image's embedding
   level = 20                    faces tilted by more degrees, 0..45, are turned upright;
                                 without it none is
   threshold = 0.40              same person at or above this cosine
   far = 0.001                   false accept rate measured at that threshold
   measured = 720 photos of ...  what the next two were measured on
   same = -0.1 3 12 140          pairs of photos of one person, counted by their cosine: the
                                 lowest one, then the counts from there on in steps of 0.02
   other = -0.3 7 88 1           pairs of photos of different people (both are printed by
                                 humshakal eval --json)
 detectors:
   range = near                  or far
   anchors = 8:2 16:6            stride:anchors per cell, in the order of the outputs
   score = 0.5                   least score of a face, 0..1
   iou = 0.3                     boxes overlapping more, 0..0.99, are merged
 for people, any text, all optional:
   training, licence, citation, source, accuracy, note
   clang-format on */

#ifndef HUM_RECIPE_H
#define HUM_RECIPE_H

#include "error.h"

enum { HUM_RECIPE_TEXT = 256, HUM_RECIPE_ANCHOR_LAYERS = 8, HUM_RECIPE_BINS = 101 };

#define HUM_RECIPE_STEP 0.02f

typedef enum { HUM_TASK_EMBEDDER, HUM_TASK_DETECTOR } hum_task;
typedef enum { HUM_CROP_SQUARE, HUM_CROP_VGGFACE2 } hum_crop_rule;
typedef enum { HUM_RANGE_NEAR, HUM_RANGE_FAR } hum_range;

/* Numbers of pairs by cosine: bin i begins at first + i HUM_RECIPE_STEP. */
typedef struct {
    float first;
    int bins; /* 0: not given */
    float count[HUM_RECIPE_BINS];
} hum_histogram;

typedef struct {
    int count, stride[HUM_RECIPE_ANCHOR_LAYERS];
    int each[HUM_RECIPE_ANCHOR_LAYERS]; /* anchors of a cell */
} hum_anchor_layers;

typedef struct {
    char id[HUM_RECIPE_TEXT], name[HUM_RECIPE_TEXT];
    int task; /* hum_task */
    int bgr;
    float mean[3], scale;
    /* embedders */
    int crop; /* hum_crop_rule */
    float box[4];
    int mirror;
    float level;          /* NAN: not given */
    float threshold, far; /* NAN where not given */
    hum_histogram same, other;
    /* detectors */
    int range; /* hum_range */
    hum_anchor_layers anchors;
    float score, iou;
    /* for people */
    char training[HUM_RECIPE_TEXT], licence[HUM_RECIPE_TEXT], citation[HUM_RECIPE_TEXT],
        source[HUM_RECIPE_TEXT], accuracy[HUM_RECIPE_TEXT], note[HUM_RECIPE_TEXT],
        measured[HUM_RECIPE_TEXT];
} hum_recipe;

/* Reads a recipe's text (size bytes, need not end with zero). Returns FORMAT with the
   line and the reason. */
hum_status hum_recipe_parse(const char *text, size_t size, hum_recipe *recipe,
                            hum_text *error);

/* The cosine that a share (0..1) of a histogram's pairs lies above; within a bin they
   count as even. */
float hum_histogram_level(const hum_histogram *h, float share);

#endif
