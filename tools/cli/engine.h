/* The engine with its networks. */

#ifndef HUM_CLI_ENGINE_H
#define HUM_CLI_ENGINE_H

#include "args.h"
#include "humshakal.h"

#include <jansson.h>

enum { EMBEDDER = 1, DETECTORS = 2 };

/* Makes an engine with these parts, as options say: without detectors where they say
   no_detect. Returns EXIT_DONE, or EXIT_BAD with the reason printed and *engine NULL. */
int engine_open(const cli_options *options, int parts, hum_engine **engine);

/* What is loaded (hum_info), to be released; NULL with the reason printed. */
json_t *engine_info(hum_engine *engine);

#endif
