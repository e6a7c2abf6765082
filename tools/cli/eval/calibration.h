/* eval --calibration: whether what a gallery says of strangers is so. Half of the people
   become a gallery, the others are strangers to it, again and again. */

#ifndef HUM_CLI_CALIBRATION_H
#define HUM_CLI_CALIBRATION_H

#include "args.h"
#include "humshakal.h"
#include "photo_set.h"

/* Prints the report. *gallery, NULL at first, is to be freed after the engine. Returns
   EXIT_DONE, EXIT_NOTHING or EXIT_BAD, with the reason printed. */
int calibration_report(hum_engine *engine, const cli_options *options, const photo_set *s,
                       int skipped, unsigned char **gallery);

#endif
