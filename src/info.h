/* What is loaded, as the JSON object that hum_info describes. */

#ifndef HUM_INFO_H
#define HUM_INFO_H

#include "detect.h"
#include "embed.h"
#include "gallery.h"

/* The text, for the caller to free; NULL if memory ran out. */
char *hum_info_text(int32_t threads, const hum_detector detectors[2],
                    const hum_embedder *embedder, const hum_gallery *gallery);

#endif
