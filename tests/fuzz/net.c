/* Networks that the reader accepts, built and run: with int8 and with float activations.
   A second run of the same input must give the same bits: it begins with what the first
   one left in memory. */

#include "fuzz.h"

#include "net.h"

enum { MOST_ELEMENTS = 8192 };

static void fill_input(hum_net *net) {
    int32_t shape[3];
    hum_net_input_shape(net, shape);
    size_t n = (size_t)shape[0] * (size_t)shape[1] * (size_t)shape[2];
    float *x = hum_net_input(net);
    for (size_t i = 0; i < n; i++) x[i] = (float)(i * 37 % 256) / 127.5f - 1;
}

static void run(hum_net *net) {
    hum_text error = {""};
    float *first[HUM_TFLITE_MAX_OUTPUTS];
    int32_t outputs = hum_net_outputs(net);
    fill_input(net);
    must_explain(hum_net_run(net, &error), error.text);
    for (int32_t i = 0; i < outputs; i++) {
        size_t size = hum_net_output_size(net, i) * sizeof(float);
        first[i] = malloc(size);
        memcpy(first[i], hum_net_output(net, i), size);
    }
    fill_input(net);
    must_explain(hum_net_run(net, &error), error.text);
    for (int32_t i = 0; i < outputs; i++) {
        size_t size = hum_net_output_size(net, i) * sizeof(float);
        MUST(memcmp(first[i], hum_net_output(net, i), size) == 0);
        free(first[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hum_model model;
    hum_text error = {""};
    if (hum_tflite_parse(data, size, &model, &error) != HUM_OK) return -1;
    for (int floats = 0; floats < 2 && is_small_model(&model, MOST_ELEMENTS); floats++) {
        hum_net *net;
        hum_text why = {""};
        hum_status status = hum_net_create(&model, floats, NULL, &net, &why);
        must_explain(status, why.text);
        if (status != HUM_OK) continue;
        run(net);
        hum_net_free(net);
    }
    hum_tflite_free(&model);
    return 0;
}
