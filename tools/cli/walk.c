#include "walk.h"

#include "fail.h"
#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { DEEPEST = 64 }; /* links may lead round in circles */

int is_photo_name(const char *name) {
    static const char *const ends[] = {"jpg",  "jpeg", "png", "webp",
                                       "heic", "heif", "hif", "avif"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof ends / sizeof *ends; i++)
        if (!strcasecmp(dot + 1, ends[i])) return 1;
    return 0;
}

typedef struct {
    char **paths;
    int count;
} list;

static void add(list *l, char *path) {
    l->paths = must_grow(l->paths, (size_t)l->count + 1, sizeof *l->paths);
    l->paths[l->count++] = path;
}

static int walk(list *l, const char *folder, int depth) {
    for (int folders = 0; folders < 2; folders++) {
        char **names = NULL;
        int count = folder_list(folder, folders, &names);
        if (count < 0) {
            if (!depth)
                return cli_fail("the folder %s cannot be read: %s", folder,
                                strerror(errno));
            cli_note("skipped %s: %s", folder, strerror(errno));
            return EXIT_DONE;
        }
        for (int i = 0; i < count; i++) {
            char *path = path_join(folder, names[i]);
            if (!folders && is_photo_name(names[i])) {
                add(l, path);
                continue;
            }
            if (folders && depth < DEEPEST) walk(l, path, depth + 1);
            free(path);
        }
        folder_free(names, count);
    }
    return EXIT_DONE;
}

int walk_photos(char *const *operands, int count, char ***paths, int *path_count) {
    list l = {0};
    int code = EXIT_DONE;
    for (int i = 0; i < count && !code; i++) {
        struct stat about;
        if (stat(operands[i], &about) == 0 && S_ISDIR(about.st_mode))
            code = walk(&l, operands[i], 0);
        else add(&l, must_copy(operands[i]));
    }
    if (!code && !l.count) code = cli_fail("there are no photos (" PHOTO_NAMES ") in it");
    *paths = l.paths;
    *path_count = l.count;
    if (!code) return EXIT_DONE;
    folder_free(l.paths, l.count);
    *paths = NULL;
    *path_count = 0;
    return code;
}
