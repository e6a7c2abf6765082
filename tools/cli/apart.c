#include "apart.h"

#include "humshakal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_SECONDS = 120 };
#define MOST_MEMORY ((rlim_t)UINT32_MAX) /* the largest photos need 1.5 GB */

/* Shared by both processes. Memory is only used as far as it is written. */
typedef struct {
    int32_t done, ok, width, height;
    char reason[OTHER_REASON];
    uint8_t rgba[(size_t)HUM_MAX_PHOTO_PIXELS * 4];
} shared_result;

/* Above what the process has already, which may be terabytes under a sanitizer. */
static void limit_memory(void) {
    unsigned long long pages;
    FILE *about = fopen("/proc/self/statm", "r");
    if (!about) return;
    if (fscanf(about, "%llu", &pages) == 1) {
        rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + MOST_MEMORY;
        setrlimit(RLIMIT_AS, &(struct rlimit){most, most});
    }
    fclose(about);
}

/* The life of the process. */
static void work(const other_format *format, const uint8_t *bytes, size_t size,
                 shared_result *result) {
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setrlimit(RLIMIT_CPU, &(struct rlimit){MOST_SECONDS, MOST_SECONDS});
    limit_memory();
    other_picture picture;
    result->ok = other_format_decode(format, bytes, size, &picture, result->reason);
    if (result->ok) {
        memcpy(result->rgba, picture.rgba,
               (size_t)picture.width * (size_t)picture.height * 4);
        result->width = picture.width;
        result->height = picture.height;
    }
    result->done = 1;
}

/* Waits for the process. Returns 1 if it came to its end, or 0 with the reason. */
static int wait_for(pid_t id, const shared_result *result, char reason[OTHER_REASON]) {
    int status = 0;
    while (waitpid(id, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && result->done) return 1;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        snprintf(reason, OTHER_REASON, "decoding it takes more than %d seconds",
                 MOST_SECONDS);
    else if (WIFSIGNALED(status))
        snprintf(reason, OTHER_REASON,
                 "the picture is damaged, or memory ran out: its decoder was ended by "
                 "signal %d",
                 WTERMSIG(status));
    else
        snprintf(reason, OTHER_REASON,
                 "the picture is damaged: its decoder ended with exit code %d",
                 WEXITSTATUS(status));
    return 0;
}

int apart_decode(const other_format *format, const uint8_t *bytes, size_t size,
                 other_picture *picture, char reason[OTHER_REASON]) {
    *picture = (other_picture){0};
    shared_result *result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (result == MAP_FAILED) {
        snprintf(reason, OTHER_REASON, "no shared memory: %s", strerror(errno));
        return 0;
    }
    pid_t id = fork();
    if (id == 0) {
        work(format, bytes, size, result);
        _exit(0);
    }
    int ok = 0;
    if (id < 0) {
        snprintf(reason, OTHER_REASON, "no process: %s", strerror(errno));
    } else if (wait_for(id, result, reason)) {
        ok = result->ok;
        if (!ok) snprintf(reason, OTHER_REASON, "%s", result->reason);
    }
    if (ok) *picture = (other_picture){result->rgba, result->width, result->height};
    else munmap(result, sizeof *result);
    return ok;
}

void apart_free(other_picture *picture) {
    if (picture->rgba)
        munmap(picture->rgba - offsetof(shared_result, rgba), sizeof(shared_result));
    *picture = (other_picture){0};
}
