#include "files.h"

#include "fail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

char *path_join(const char *a, const char *b) {
    size_t length = strlen(a);
    while (length > 1 && a[length - 1] == '/') length--;
    int is_root = length == 1 && *a == '/';
    return must_format("%.*s%s%s", (int)length, a, is_root ? "" : "/", b);
}

const char *path_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int file_exists(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0;
}

/* Opens a file that is one; -1 with a reason in *why. */
static int open_file(const char *path, size_t limit, size_t *size, const char **why) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hang */
    if (file < 0) {
        *why = strerror(errno);
        return -1;
    }
    struct stat info;
    const char *wrong = fstat(file, &info) != 0           ? strerror(errno)
                        : !S_ISREG(info.st_mode)          ? "it is not a file"
                        : (uintmax_t)info.st_size > limit ? "the file is too large"
                                                          : NULL;
    if (wrong) {
        close(file);
        *why = wrong;
        return -1;
    }
    *size = (size_t)info.st_size;
    return file;
}

const unsigned char *file_map(const char *path, size_t *size, const char **why) {
    int file = open_file(path, SIZE_MAX, size, why);
    if (file < 0) return NULL;
    /* A byte more, which nobody reads: nothing cannot be mapped. */
    void *bytes = mmap(NULL, *size + 1, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED) *why = strerror(errno);
    close(file);
    return bytes == MAP_FAILED ? NULL : bytes;
}

void file_unmap(const unsigned char *bytes, size_t size) {
    if (bytes) munmap((void *)(uintptr_t)bytes, size + 1);
}

unsigned char *file_read(const char *path, size_t limit, size_t *size, const char **why) {
    int file = open_file(path, limit, size, why);
    if (file < 0) return NULL;
    unsigned char *bytes = must_alloc(*size + 1, 1); /* texts end with zero */
    size_t got = 0;
    ssize_t n = 1;
    while (got < *size && n > 0) {
        n = read(file, bytes + got, *size - got);
        if (n > 0) got += (size_t)n;
    }
    int reason = errno;
    close(file);
    if (got == *size) return bytes;
    *why = n < 0 ? strerror(reason) : "the file became shorter while it was read";
    free(bytes);
    return NULL;
}

char *file_read_text(const char *path, size_t limit) {
    size_t size = 0;
    const char *why = "";
    char *text = (char *)file_read(path, limit, &size, &why);
    if (!text) {
        cli_fail("%s cannot be read: %s", path, why);
    } else if (memchr(text, 0, size)) {
        cli_fail("%s is not a text file", path);
        free(text);
        text = NULL;
    } else if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) {
        memmove(text, text + 3, size - 2); /* with the closing zero */
    }
    return text;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int folder_list(const char *path, int folders, char ***names) {
    DIR *folder = opendir(path);
    if (!folder) return -1;
    int count = 0;
    *names = NULL;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') continue;
        char *full = path_join(path, entry->d_name);
        struct stat info;
        int is_there = stat(full, &info) == 0; /* follows links */
        free(full);
        if (!is_there || !(folders ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode)))
            continue;
        *names = must_grow(*names, (size_t)count + 1, sizeof **names);
        (*names)[count++] = must_copy(entry->d_name);
    }
    closedir(folder);
    if (count) qsort(*names, (size_t)count, sizeof **names, compare_names);
    return count;
}

void folder_free(char **names, int count) {
    for (int i = 0; i < count; i++) free(names[i]);
    free(names);
}

static void output_free(output_file *out) {
    free(out->path);
    free(out->part);
}

int output_open(output_file *out, const char *path) {
    struct stat info;
    /* A file in its place would be the end of a device. */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return cli_fail("%s cannot be written: it is not a file", path);
    char *real = realpath(path, NULL); /* a link stays one */
    out->path = real ? real : must_copy(path);
    out->part = must_format("%s.part", out->path);
    out->file = fopen(out->part, "wb");
    if (out->file) return EXIT_DONE;
    cli_fail("%s cannot be written: %s", out->part, strerror(errno));
    output_free(out);
    return EXIT_BAD;
}

int output_check(const char *path) {
    output_file out;
    if (output_open(&out, path)) return EXIT_BAD;
    fclose(out.file);
    unlink(out.part);
    output_free(&out);
    return EXIT_DONE;
}

int output_close(output_file *out) {
    int ok =
        fflush(out->file) == 0 && !ferror(out->file) && fsync(fileno(out->file)) == 0;
    int reason = errno;
    if (fclose(out->file) != 0 && ok) ok = 0, reason = errno;
    if (ok && rename(out->part, out->path) != 0) ok = 0, reason = errno;
    if (!ok) {
        cli_fail("%s cannot be written: %s", out->path, strerror(reason));
        unlink(out->part);
    }
    output_free(out);
    return ok ? EXIT_DONE : EXIT_BAD;
}
