/* Reader of the TensorFlow Lite model format (FlatBuffers, identifier TFL3): the subset
   that face networks need. Field numbers: tensorflow/lite/schema/schema.fbs, version 3.

   The reader checks structure: every offset, count and index, that constants have the
   size of their shape, and that every tensor is computed before it is used and only
   once. Whether shapes and types fit the operators is checked where the operators are
   built (net.c). The model points into the file's bytes. */

#ifndef HUM_TFLITE_H
#define HUM_TFLITE_H

#include "error.h"

enum { /* generous against real networks (VGGFace SE-ResNet-50: 300 operators) */
       HUM_TFLITE_MAX_TENSORS = 8192,
       HUM_TFLITE_MAX_NODES = 4096,
       HUM_TFLITE_MAX_INPUTS = 16,
       HUM_TFLITE_MAX_OUTPUTS = 8,
       HUM_TFLITE_MAX_EXTENT = 1 << 24 /* elements along one axis */
};

typedef enum { HUM_F32 = 0, HUM_F16 = 1, HUM_I32 = 2, HUM_I8 = 9 } hum_type;

typedef struct {
    hum_type type;
    int rank;
    int32_t shape[4];
    size_t elements;
    const uint8_t *data;   /* NULL: computed; else its bytes, perhaps unaligned */
    const uint8_t *scales; /* [scale_count] float, little endian, perhaps unaligned */
    int32_t scale_count, scale_axis;
    char name[48]; /* printable, for messages */
} hum_tensor;

/* Operators by their numbers in the schema's BuiltinOperator. */
typedef enum {
    HUM_OP_ADD = 0,
    HUM_OP_AVERAGE_POOL_2D = 1,
    HUM_OP_CONCATENATION = 2,
    HUM_OP_CONV_2D = 3,
    HUM_OP_DEPTHWISE_CONV_2D = 4,
    HUM_OP_DEQUANTIZE = 6,
    HUM_OP_FULLY_CONNECTED = 9,
    HUM_OP_LOGISTIC = 14,
    HUM_OP_MAX_POOL_2D = 17,
    HUM_OP_MUL = 18,
    HUM_OP_RELU = 19,
    HUM_OP_RELU6 = 21,
    HUM_OP_RESHAPE = 22,
    HUM_OP_RESIZE_BILINEAR = 23,
    HUM_OP_PAD = 34,
    HUM_OP_MEAN = 40
} hum_op;

typedef enum { HUM_ACT_NONE = 0, HUM_ACT_RELU = 1, HUM_ACT_RELU6 = 3 } hum_activation;

typedef struct {
    hum_op op;
    int input_count;
    int32_t inputs[HUM_TFLITE_MAX_INPUTS]; /* tensor numbers; -1: left out */
    int32_t output;
    hum_activation activation;
    int same_padding;
    int32_t stride_h, stride_w, dilation_h, dilation_w, filter_h, filter_w;
    int32_t depth_multiplier, axis;
    int align_corners, half_pixel_centers;
} hum_node;

typedef struct {
    hum_tensor *tensors;
    int tensor_count;
    hum_node *nodes; /* in an order in which they can be computed */
    int node_count;
    int32_t input;
    int32_t outputs[HUM_TFLITE_MAX_OUTPUTS];
    int output_count;
    const char *recipe; /* the metadata "humshakal.recipe", or NULL */
    size_t recipe_size;
} hum_model;

/* Returns FORMAT, UNSUPPORTED, LIMIT, MEMORY. */
hum_status hum_tflite_parse(const uint8_t *bytes, size_t size, hum_model *model,
                            hum_text *error);
void hum_tflite_free(hum_model *model);

/* The operator's name for messages. */
const char *hum_op_name(int32_t op);

#endif
