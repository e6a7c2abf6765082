/* Many photos at once. */

#ifndef HUM_CLI_WORKERS_H
#define HUM_CLI_WORKERS_H

#include "photo.h"

/* photo_read for many photos in several processes, each with a copy of the engine.
   Returns [count] results in the order of paths, whatever the number of processes, for
   photos_free(); NULL with the reason printed. */
photo_result *photos_read(hum_engine *engine, const cli_options *options,
                          char *const *paths, int count, int wanted);
void photos_free(photo_result *results, int count);

#endif
