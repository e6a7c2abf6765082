#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_JOBS = 64 };

/* Which photo is next, and which one each worker is at: shared by all processes. Who
   reads which photo is left to chance; the results are kept by number, so nothing depends
   on it. */
typedef struct {
    atomic_int next;
    atomic_int at[MAX_JOBS];
} shared_state;

typedef struct {
    pid_t id;
    int pipe; /* -1 once closed */
} worker;

/* What a worker sends for each photo, before the embedding and the thumbnail. */
typedef struct {
    int index, dimension;
    photo_result result;
} message;

static int write_all(int file, const void *bytes, size_t size) {
    const char *p = bytes;
    while (size) {
        ssize_t n = write(file, p, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return -1;
        p += n;
        size -= (size_t)n;
    }
    return 0;
}

/* Returns 1, 0 at the end of the stream, -1 if it ends inside. */
static int read_all(int file, void *bytes, size_t size) {
    char *p = bytes;
    size_t got = 0;
    while (got < size) {
        ssize_t n = read(file, p + got, size - got);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return got || n < 0 ? -1 : 0;
        got += (size_t)n;
    }
    return 1;
}

/* The work of all workers; the same for each but for self and the pipe. */
typedef struct {
    hum_engine *engine;
    const cli_options *options;
    char *const *paths;
    int count, thumbnail;
    shared_state *shared;
} job;

/* The life of a worker process. It has inherited the loaded engine, whose weights the
   processes go on sharing until one writes to them, which none does. */
static int work(const job *j, int self, int out) {
    for (int i; (i = atomic_fetch_add(&j->shared->next, 1)) < j->count;) {
        atomic_store(&j->shared->at[self], i);
        message m = {.index = i, .dimension = hum_dimension(j->engine)};
        photo_read(j->engine, j->options, j->paths[i], j->thumbnail, &m.result);
        const photo_result *r = &m.result;
        size_t size = (size_t)m.dimension * sizeof *r->embedding;
        if (write_all(out, &m, sizeof m) ||
            (r->embedding && write_all(out, r->embedding, size)) ||
            (r->thumbnail && write_all(out, r->thumbnail, r->thumbnail_size)))
            return EXIT_BAD; /* the parent is gone */
        photo_free(&m.result);
    }
    return EXIT_DONE;
}

/* Takes one message off a pipe. Returns as read_all. */
static int receive(int pipe, int count, photo_result *results) {
    message m;
    int state = read_all(pipe, &m, sizeof m);
    if (state != 1) return state;
    if (m.index < 0 || m.index >= count) return -1;
    photo_result *r = &m.result;
    if (r->embedding) { /* the worker's pointers only tell that something follows */
        size_t size = (size_t)m.dimension * sizeof *r->embedding;
        r->embedding = must_alloc(size, 1);
        if (read_all(pipe, r->embedding, size) != 1) return -1;
    }
    if (r->thumbnail) {
        r->thumbnail = must_alloc(r->thumbnail_size, 1);
        if (read_all(pipe, r->thumbnail, r->thumbnail_size) != 1) return -1;
    }
    results[m.index] = m.result;
    return 1;
}

static void show_progress(int done, int count) {
    enum { WIDTH = 30 };
    int full = count ? (int)((long long)done * WIDTH / count) : WIDTH;
    fprintf(stderr, "\r[%.*s%*s] %d of %d photos", full, "##############################",
            WIDTH - full, "", done, count);
    if (done == count) fputc('\n', stderr);
    fflush(stderr);
}

/* Receives until every worker has closed its pipe; returns how many photos came. */
static int collect(worker *workers, int jobs, int count, photo_result *results) {
    struct pollfd waits[MAX_JOBS];
    int done = 0, open = jobs, is_terminal = isatty(STDERR_FILENO);
    while (open) {
        for (int w = 0; w < jobs; w++)
            waits[w] = (struct pollfd){workers[w].pipe, POLLIN, 0}; /* -1 is ignored */
        if (poll(waits, (nfds_t)jobs, -1) < 0) {
            if (errno == EINTR) continue;
            break;
        }
        for (int w = 0; w < jobs; w++) {
            if (!(waits[w].revents & (POLLIN | POLLHUP | POLLERR))) continue;
            if (receive(workers[w].pipe, count, results) == 1) {
                done++;
                if (is_terminal) show_progress(done, count);
                continue;
            }
            close(workers[w].pipe);
            workers[w].pipe = -1;
            open--;
        }
    }
    return done;
}

/* Says how a worker ended if it did not end well. */
static int check_exit(pid_t id, const char *photo) {
    int status = 0;
    while (waitpid(id, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status))
        return cli_fail("the process reading %s was ended by signal %d", photo,
                        WTERMSIG(status));
    /* Otherwise the worker has said why itself. */
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? EXIT_DONE : EXIT_BAD;
}

static int start(const job *j, worker *workers, int self) {
    int ends[2];
    if (pipe(ends) != 0) return cli_fail("no pipe: %s", strerror(errno));
    fflush(NULL); /* or both processes print it */
    pid_t id = fork();
    if (id < 0) {
        close(ends[0]);
        close(ends[1]);
        return cli_fail("no process: %s", strerror(errno));
    }
    if (id == 0) {
        close(ends[0]);
        for (int w = 0; w < self; w++) close(workers[w].pipe);
        signal(SIGPIPE, SIG_IGN);
        _exit(work(j, self, ends[1]));
    }
    close(ends[1]);
    workers[self] = (worker){id, ends[0]};
    return EXIT_DONE;
}

/* How many processes to use: as asked, else one per processor, never more than photos. */
static int choose_jobs(const cli_options *options, int count) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int jobs = options->jobs ? options->jobs : processors > 0 ? (int)processors : 1;
    if (jobs > count) jobs = count;
    return jobs < MAX_JOBS ? jobs : MAX_JOBS;
}

int photos_read(hum_engine *engine, const cli_options *options, char *const *paths,
                int count, int thumbnail, photo_result *results) {
    shared_state *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return cli_fail("no shared memory: %s", strerror(errno));
    for (int i = 0; i < count; i++) results[i] = (photo_result){.state = PHOTO_BAD};

    job j = {engine, options, paths, count, thumbnail, shared};
    worker workers[MAX_JOBS];
    int jobs = choose_jobs(options, count), started = 0, code = EXIT_DONE;
    while (started < jobs && !code) {
        code = start(&j, workers, started);
        started += !code;
    }
    if (code) atomic_store(&shared->next, count); /* those that run find nothing to do */
    int done = collect(workers, started, count, results);
    for (int w = 0; w < started; w++) {
        int ended = check_exit(workers[w].id, paths[atomic_load(&shared->at[w])]);
        if (ended) code = ended;
    }
    munmap(shared, sizeof *shared);
    if (!code && done != count)
        code = cli_fail("only %d of %d photos came back", done, count);
    return code;
}

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
        if (files_count < 0) fprintf(stderr, "skipped %s: %s\n", inside, strerror(errno));
        for (int i = 0; i < files_count; i++) {
            if (!is_photo_name(files[i])) continue;
            size_t n = (size_t)folder->count + 1;
            folder->paths = must_grow(folder->paths, n, sizeof *folder->paths);
            folder->person = must_grow(folder->person, n, sizeof *folder->person);
            folder->paths[folder->count] = path_join(inside, files[i]);
            folder->person[folder->count++] = p;
        }
        if (files_count > 0) names_free(files, files_count);
        free(inside);
    }
    if (folder->count) return EXIT_DONE;
    return cli_fail("%s holds no photos; expected %s/PERSON/*.jpg or *.png", path, path);
}

void people_folder_free(people_folder *folder) {
    names_free(folder->people, folder->people_count);
    names_free(folder->paths, folder->count);
    free(folder->person);
}
