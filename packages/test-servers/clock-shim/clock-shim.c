/*
 * Moves the wall clock that one process sees, while it runs. Loaded with LD_PRELOAD.
 *
 * HOLDFAST_CLOCK_FILE names a file of four 64-bit numbers, which src/server-clock.ts writes: a
 * version that is odd while the others change, and
 *
 *   wall = true + offset_ns + (true - since_ns) * rate_ppm / 1,000,000
 *
 * Monotonic clocks are left alone. Until the file is mapped, and without one, time is the true one:
 * allocators ask for the time before any constructor runs, and looking up the C library's function
 * allocates, so the first questions go to the kernel.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000LL
#define PPM 1000000

struct control {
  int64_t version;
  int64_t since_ns;
  int64_t offset_ns;
  int64_t rate_ppm;
};

typedef int (*clock_gettime_function)(clockid_t, struct timespec *);

static const volatile struct control *control;
static clock_gettime_function next_clock_gettime;

__attribute__((constructor)) static void map_control(void) {
  next_clock_gettime = (clock_gettime_function)dlsym(RTLD_NEXT, "clock_gettime");
  const char *path = getenv("HOLDFAST_CLOCK_FILE");
  if (path == NULL) return;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) abort(); /* A test that asked for a moved clock must not pass with the true one. */
  void *memory = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) abort();
  close(file);
  control = memory;
}

static int true_clock_gettime(clockid_t clock, struct timespec *time) {
  if (next_clock_gettime != NULL) return next_clock_gettime(clock, time);
  return (int)syscall(SYS_clock_gettime, clock, time);
}

/* Reads until no write came in between; a writer takes microseconds. */
static struct control read_control(void) {
  struct control seen;
  do {
    seen.version = __atomic_load_n(&control->version, __ATOMIC_ACQUIRE);
    seen.since_ns = control->since_ns;
    seen.offset_ns = control->offset_ns;
    seen.rate_ppm = control->rate_ppm;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
  } while ((seen.version & 1) != 0 || seen.version != control->version);
  return seen;
}

static int64_t moved(int64_t true_ns) {
  if (control == NULL) return true_ns;
  struct control now = read_control();
  __int128 drift_ns = (__int128)(true_ns - now.since_ns) * now.rate_ppm / PPM;
  return true_ns + now.offset_ns + (int64_t)drift_ns;
}

static int is_wall_clock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int failed = true_clock_gettime(clock, time);
  if (failed != 0 || !is_wall_clock(clock)) return failed;
  int64_t wall_ns = moved(time->tv_sec * NS_PER_S + time->tv_nsec);
  time->tv_sec = wall_ns / NS_PER_S;
  time->tv_nsec = wall_ns % NS_PER_S;
  return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone; /* Obsolete, and unused on Linux. */
  struct timespec wall;
  if (clock_gettime(CLOCK_REALTIME, &wall) != 0) return -1;
  time->tv_sec = wall.tv_sec;
  time->tv_usec = wall.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *seconds) {
  struct timespec wall;
  if (clock_gettime(CLOCK_REALTIME, &wall) != 0) return (time_t)-1;
  if (seconds != NULL) *seconds = wall.tv_sec;
  return wall.tv_sec;
}
