/* From a face to the part of the photo that a network wants to see. */

#ifndef HUM_CROP_H
#define HUM_CROP_H

#include "image.h"
#include "recipe.h"

/* The rectangle to resample to the network's input, by the recipe's crop rule. face NULL:
   the photo is a face crop already; its centred square.

   A face that is tilted by more than the recipe's `level` degrees is turned upright; one
   whose tilt is within so many degrees of a quarter turn by that quarter only, so that a
   photo on its side gives the crop of the upright one.

   square: the detector's box is mapped by `box`; the square on its longer side about its
   centre. Parts outside the photo repeat its edge.

   vggface2: the mapped box w x h grows to 1.3 h high and 1.3 h x max(112/128, w/h) wide,
   is clipped to the photo (unless turned), and its centred square on the shorter side is
   taken: the same as resizing the shorter side to the input and cropping the centre. (The
   authors' demo_proj.m; Cao et al. 2018, "VGGFace2: A dataset for recognising faces
   across pose and age".) */
hum_rect hum_crop_rect(const hum_recipe *recipe, const hum_image *photo,
                       const hum_face *face);

/* The square around the whole head, for a thumbnail; inside the photo where it fits. */
hum_rect hum_crop_loose(const hum_image *photo, const hum_face *face);

#endif
