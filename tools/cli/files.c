#define _POSIX_C_SOURCE 200809L

#include "cli.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void *must_alloc(size_t count, size_t size) {
    void *block = calloc(count ? count : 1, size);
    if (!block) {
        cli_fail("memory ran out (%zu x %zu bytes)", count, size);
        exit(EXIT_BAD);
    }
    return block;
}

void *must_grow(void *block, size_t count, size_t size) {
    void *grown = size && count > SIZE_MAX / size ? NULL : realloc(block, count * size);
    if (!grown) {
        cli_fail("memory ran out (%zu x %zu bytes)", count, size);
        exit(EXIT_BAD);
    }
    return grown;
}

char *must_copy(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(must_alloc(size, 1), text, size);
}

char *path_join(const char *a, const char *b) {
    size_t length = strlen(a);
    while (length > 1 && a[length - 1] == '/') length--;
    size_t size = length + strlen(b) + 2;
    char *path = must_alloc(size, 1);
    int slash = length != 1 || *a != '/';
    snprintf(path, size, "%.*s%s%s", (int)length, a, slash ? "/" : "", b);
    return path;
}

const char *path_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
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
    unsigned char *bytes = NULL;
    size_t got = 0, whole = 0;
    int file = open_file(path, limit, &whole, why);
    if (file < 0) return NULL;
    if (!(bytes = malloc(whole + 1))) {
        *why = "memory ran out";
    } else {
        ssize_t n = 1;
        while (got < whole && n > 0) {
            n = read(file, bytes + got, whole - got);
            if (n > 0) got += (size_t)n;
            if (n < 0 && errno == EINTR) n = 1;
        }
        if (n < 0 || got < whole) {
            *why = n < 0 ? strerror(errno) : "the file became shorter while it was read";
            free(bytes);
            bytes = NULL;
        } else {
            bytes[got] = 0; /* texts end with zero */
        }
    }
    close(file);
    *size = got;
    return bytes;
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

void names_free(char **names, int count) {
    for (int i = 0; i < count; i++) free(names[i]);
    free(names);
}

int is_photo_name(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && (!strcasecmp(dot, ".jpg") || !strcasecmp(dot, ".jpeg") ||
                   !strcasecmp(dot, ".png"));
}

int output_open(output_file *out, const char *path) {
    size_t size = strlen(path) + sizeof ".part";
    out->path = must_copy(path);
    out->part = must_alloc(size, 1);
    snprintf(out->part, size, "%s.part", path);
    out->file = fopen(out->part, "wb");
    if (out->file) return 0;
    cli_fail("%s cannot be written: %s", out->part, strerror(errno));
    free(out->path);
    free(out->part);
    return EXIT_BAD;
}

int output_check(const char *path) {
    output_file out;
    if (output_open(&out, path)) return EXIT_BAD;
    fclose(out.file);
    unlink(out.part);
    free(out.path);
    free(out.part);
    return 0;
}

/* The rename itself is only safe once the folder's entry is on the disk, too. */
static void sync_folder_of(const char *path) {
    char *folder = must_copy(path);
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder] = 0;
    int file = open(slash ? folder : ".", O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        fsync(file); /* some file systems cannot; the file itself is safe */
        close(file);
    }
    free(folder);
}

int output_close(output_file *out) {
    int ok =
        fflush(out->file) == 0 && !ferror(out->file) && fsync(fileno(out->file)) == 0;
    int reason = errno;
    if (fclose(out->file) != 0 && ok) ok = 0, reason = errno;
    if (ok && rename(out->part, out->path) != 0) ok = 0, reason = errno;
    if (ok) {
        sync_folder_of(out->path);
    } else {
        cli_fail("%s cannot be written: %s", out->path, strerror(reason));
        unlink(out->part);
    }
    free(out->path);
    free(out->part);
    return ok ? 0 : EXIT_BAD;
}
