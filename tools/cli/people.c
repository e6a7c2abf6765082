#include "people.h"

#include "fail.h"
#include "files.h"
#include "walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int people_folder_read(const char *path, people_folder *folder) {
    *folder = (people_folder){0};
    folder->people_count = folder_list(path, 1, &folder->people);
    if (folder->people_count < 0) {
        folder->people_count = 0;
        return cli_fail("the folder %s cannot be read: %s", path, strerror(errno));
    }
    for (int p = 0; p < folder->people_count; p++) {
        char *inside = path_join(path, folder->people[p]), **files = NULL;
        int files_count = folder_list(inside, 0, &files);
        if (files_count < 0) cli_note("skipped %s: %s", inside, strerror(errno));
        for (int i = 0; i < files_count; i++) {
            if (!is_photo_name(files[i])) continue;
            size_t n = (size_t)folder->count + 1;
            folder->paths = must_grow(folder->paths, n, sizeof *folder->paths);
            folder->person = must_grow(folder->person, n, sizeof *folder->person);
            folder->paths[folder->count] = path_join(inside, files[i]);
            folder->person[folder->count++] = p;
        }
        if (files_count > 0) folder_free(files, files_count);
        free(inside);
    }
    if (folder->count) return EXIT_DONE;
    return cli_fail("%s holds no photos; expected %s/PERSON/PHOTO (" PHOTO_NAMES ")",
                    path, path);
}

void people_folder_free(people_folder *folder) {
    folder_free(folder->people, folder->people_count);
    folder_free(folder->paths, folder->count);
    free(folder->person);
}
