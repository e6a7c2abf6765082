/* eval --axes: what fewer numbers a row cost. Axes are found on half of the people and
   tried on the others, who are compared with each other, both ways, again and again. */

#ifndef HUM_CLI_AXES_H
#define HUM_CLI_AXES_H

#include "args.h"
#include "photo_set.h"

#include <jansson.h>

/* The report; NULL with the reason printed. *gallery, NULL at first, is to be freed after
   the engine. */
json_t *axes_try(hum_engine *engine, const cli_options *options, const photo_set *s,
                 unsigned char **gallery);
void axes_print(const json_t *axes, int people);

#endif
