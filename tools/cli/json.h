/* What all JSON output is made of, on jansson. */

#ifndef HUM_CLI_JSON_H
#define HUM_CLI_JSON_H

#include "humshakal.h"

#include <jansson.h>

/* A string; bytes that are not UTF-8 become U+FFFD. */
json_t *text_json(const char *text);

/* A number; null for NAN. */
json_t *number_json(double value);

json_t *floats_json(const float *values, int count);
json_t *face_json(const hum_face *face);

/* Prints a value as one line and releases it. Returns EXIT_DONE, or EXIT_BAD with the
   reason printed, also for NULL, which is what jansson returns when memory runs out. */
int print_json(json_t *value);

#endif
