/* A parsed model made executable on XNNPACK; the only stage that knows XNNPACK. */

#ifndef HUM_NET_H
#define HUM_NET_H

#include "error.h"
#include "pool.h"
#include "recipe.h"
#include "tflite.h"

typedef struct hum_net hum_net;

/* Builds the operators and packs the weights, reading each only once; the model may be
   freed afterwards. The batch is 1. float_activations: see HUM_FLOAT_ACTIVATIONS. pool:
   NULL for one thread; must outlive the net. Returns FORMAT, UNSUPPORTED, LIMIT,
   MEMORY. */
hum_status hum_net_create(const hum_model *model, int float_activations, hum_pool *pool,
                          hum_net **net, hum_text *error);
void hum_net_free(hum_net *net);

/* The input, [height,width,channels] float. */
void hum_net_input_shape(const hum_net *net, int32_t shape[3]);

int32_t hum_net_outputs(const hum_net *net);
size_t hum_net_output_size(const hum_net *net, int32_t output); /* floats */

/* Where to write the input before a run; where to read an output after it, until the
   next run. The memory is shared with the layers between: writing the input spoils the
   outputs, a run spoils the input. */
float *hum_net_input(hum_net *net);
const float *hum_net_output(const hum_net *net, int32_t output);

/* Computes the outputs. Returns INTERNAL. */
hum_status hum_net_run(hum_net *net, hum_text *error);

/* 1 if some layers compute with quantised activations. */
int hum_net_quantised(const hum_net *net);

/* Multiplications of the convolutions and full connections in a run: the work, whatever
   the machine. */
double hum_net_multiplications(const hum_net *net);

#endif
