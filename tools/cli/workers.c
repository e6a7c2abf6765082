#include "workers.h"

#include "fail.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Which photo is next, and which one each worker is at: shared by all processes. Who
   reads which photo is left to chance; the results are kept by number, so nothing depends
   on it. */
typedef struct {
    atomic_int next;
    atomic_int at[CLI_MAX_JOBS];
} shared_state;

typedef struct {
    pid_t id;
    FILE *pipe; /* NULL once closed */
} worker;

/* What a worker sends for each photo, before the embeddings and the rest. */
typedef struct {
    int index, dimension;
    photo_result result;
} message;

/* The work of all workers; the same for each but for self and the pipe. */
typedef struct {
    hum_engine *engine;
    const cli_options *options;
    char *const *paths;
    int count, wanted;
    shared_state *shared;
} job;

/* The life of a worker process. It has inherited the loaded engine, whose weights the
   processes go on sharing until one writes to them, which none does. */
static int work(const job *j, int self, FILE *out) {
    for (int i; (i = atomic_fetch_add(&j->shared->next, 1)) < j->count;) {
        atomic_store(&j->shared->at[self], i);
        message m = {.index = i, .dimension = hum_dimension(j->engine)};
        photo_read(j->engine, j->options, j->paths[i], j->wanted, &m.result);
        photo_result *r = &m.result;
        fwrite(&m, sizeof m, 1, out);
        size_t count = (size_t)r->count;
        if (r->embedding)
            fwrite(r->embedding, sizeof *r->embedding, count * (size_t)m.dimension, out);
        if (r->quality) fwrite(r->quality, sizeof *r->quality, count, out);
        if (r->thumbnail) fwrite(r->thumbnail, 1, r->thumbnail_size, out);
        photo_free(r);
        if (fflush(out) != 0) return EXIT_BAD; /* the parent is gone */
    }
    return EXIT_DONE;
}

/* In fresh memory; zeros, and *ok 0, where the pipe ends too early. */
static void *receive_array(FILE *pipe, size_t count, size_t size, int *ok) {
    void *array = must_alloc(count, size);
    if (*ok && fread(array, size, count, pipe) != count) *ok = 0;
    return array;
}

/* Takes one message off a pipe. Returns 0 at its end. */
static int receive(FILE *pipe, int count, photo_result *results) {
    message m;
    if (!fread(&m, sizeof m, 1, pipe) || m.index < 0 || m.index >= count) return 0;
    photo_result *r = &m.result;
    size_t faces = (size_t)r->count, dimension = (size_t)m.dimension;
    int ok = 1; /* the worker's pointers only tell that something follows */
    if (r->embedding)
        r->embedding = receive_array(pipe, faces * dimension, sizeof(float), &ok);
    if (r->quality) r->quality = receive_array(pipe, faces, sizeof(float), &ok);
    if (r->thumbnail) r->thumbnail = receive_array(pipe, r->thumbnail_size, 1, &ok);
    if (ok) results[m.index] = m.result;
    else photo_free(r);
    return ok;
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
    struct pollfd waits[CLI_MAX_JOBS];
    int done = 0, open = jobs, is_terminal = isatty(STDERR_FILENO);
    while (open) {
        for (int w = 0; w < jobs; w++) { /* -1 is ignored */
            int file = workers[w].pipe ? fileno(workers[w].pipe) : -1;
            waits[w] = (struct pollfd){file, POLLIN, 0};
        }
        if (poll(waits, (nfds_t)jobs, -1) < 0 && errno != EINTR) break;
        for (int w = 0; w < jobs; w++) {
            if (!(waits[w].revents & (POLLIN | POLLHUP | POLLERR))) continue;
            if (receive(workers[w].pipe, count, results)) {
                done++;
                if (is_terminal) show_progress(done, count);
                continue;
            }
            fclose(workers[w].pipe);
            workers[w].pipe = NULL;
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
        int reason = errno;
        close(ends[0]);
        close(ends[1]);
        return cli_fail("no process: %s", strerror(reason));
    }
    FILE *pipe = fdopen(ends[id == 0], id ? "rb" : "wb");
    close(ends[id != 0]);
    if (id == 0) {
        for (int w = 0; w < self; w++) fclose(workers[w].pipe);
        signal(SIGPIPE, SIG_IGN);
        _exit(pipe ? work(j, self, pipe) : EXIT_BAD);
    }
    if (!pipe) return cli_fail("memory ran out");
    setvbuf(pipe, NULL, _IONBF, 0); /* what is read ahead, poll would not see */
    workers[self] = (worker){id, pipe};
    return EXIT_DONE;
}

/* How many processes to use: as asked, else one per processor, never more than photos. */
static int choose_jobs(const cli_options *options, int count) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int jobs = options->jobs ? options->jobs : processors > 0 ? (int)processors : 1;
    if (jobs > count) jobs = count;
    return jobs < CLI_MAX_JOBS ? jobs : CLI_MAX_JOBS;
}

/* Starts the workers and waits for the last. Returns EXIT_DONE or EXIT_BAD. */
static int run_workers(const job *j, photo_result *results) {
    worker workers[CLI_MAX_JOBS];
    int jobs = choose_jobs(j->options, j->count), started = 0, code = EXIT_DONE;
    while (started < jobs && !code) {
        code = start(j, workers, started);
        started += !code;
    }
    if (code) atomic_store(&j->shared->next, j->count); /* nothing to do for the others */
    int done = collect(workers, started, j->count, results);
    for (int w = 0; w < started; w++) {
        int ended = check_exit(workers[w].id, j->paths[atomic_load(&j->shared->at[w])]);
        if (ended) code = ended;
    }
    if (!code && done != j->count)
        code = cli_fail("only %d of %d photos came back", done, j->count);
    return code;
}

photo_result *photos_read(hum_engine *engine, const cli_options *options,
                          char *const *paths, int count, int wanted) {
    shared_state *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        cli_fail("no shared memory: %s", strerror(errno));
        return NULL;
    }
    photo_result *results = must_alloc((size_t)count, sizeof *results);
    int code =
        run_workers(&(job){engine, options, paths, count, wanted, shared}, results);
    munmap(shared, sizeof *shared);
    if (!code) return results;
    photos_free(results, count);
    return NULL;
}

void photos_free(photo_result *results, int count) {
    for (int i = 0; results && i < count; i++) photo_free(&results[i]);
    free(results);
}
