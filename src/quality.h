/* How much one face of a person counts beside their others.

   Sharpness is the usual measure, the variance of the Laplacian (Pech-Pacheco et al.
   2000, "Diatom autofocusing in brightfield microscopy"), taken in the crop as the
   network sees it, to which a small face is enlarged, so that it tells of size as well as
   of blur. Of the middle one of the sharp crops of 720 film actors it is 60, which counts
   as sharp. With half of these crops shrunk to 16 to 40 pixels, means of three photos
   have 0.471 true accepts at 0.1 % false ones, without weights 0.451, one photo 0.278
   (tools/bench/several.mjs --crops --shrink). On crops as they are, weights hardly
   matter. */

#ifndef HUM_QUALITY_H
#define HUM_QUALITY_H

#include "image.h"

/* quality: 0.01..1, the score (0.1 at least) times 0.1 for the most blurred to 1. side:
   of the crop in pixels, 3 at least. Returns MEMORY. */
hum_status hum_measure_quality(const hum_image *photo, hum_rect rect, float score,
                               int32_t side, hum_resampler *scratch, float *quality,
                               hum_text *error);

#endif
