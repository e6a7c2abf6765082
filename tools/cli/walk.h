/* Photos that are named one by one, or by the folders they lie in. */

#ifndef HUM_CLI_WALK_H
#define HUM_CLI_WALK_H

#define PHOTO_NAMES ".jpg, .jpeg, .png, .webp, .heic, .heif, .hif, .avif"

/* Whether a name ends as a photo's does, in PHOTO_NAMES: also of kinds that this build
   does not read, so that they are named as skipped. */
int is_photo_name(const char *name);

/* Paths in the order they are given; those of a folder, and of the folders in it, sorted
   by their bytes. Files that are named are taken whatever their names. For folder_free().
   Returns EXIT_DONE, or EXIT_BAD with the reason printed. */
int walk_photos(char *const *operands, int count, char ***paths, int *path_count);

#endif
