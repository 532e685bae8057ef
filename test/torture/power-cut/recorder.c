/*
 * Records every change of the files below one folder, in order, while the program works as usual. Loaded before the
 * C library (LD_PRELOAD), whose functions it passes on to.
 *
 * CRMWATCH_RECORD_FOLDER: absolute path of the folder; CRMWATCH_RECORD_LOG: file that the records are appended to.
 * A record, in the byte order of the machine: kind (1 byte), length of the path (2), length of the data (4),
 * position (8), path, data. Kinds: c created, w written, t cut to a length, s file synced, d folder synced,
 * u unlinked, r renamed (data: the new path), x something that is not recorded (data: what).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FD_LIMIT 4096

static char folder[PATH_MAX];
static size_t folder_length;
static int log_fd = -1;
static char *paths[FD_LIMIT];
static char is_folder[FD_LIMIT];
/* A change and its record are one step: the order of the records is the order of the changes. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...)                              \
  static result (*real)(__VA_ARGS__);                        \
  if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t real_write(int fd, const void *data, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  return real(fd, data, length);
}

static void append(const void *data, size_t length) {
  const char *next = data;
  while (length > 0) {
    ssize_t written = real_write(log_fd, next, length);
    if (written < 0) abort();
    next += written;
    length -= (size_t)written;
  }
}

static void record(char kind, const char *path, uint64_t position, const void *data, uint32_t length) {
  char header[15];
  uint16_t path_length = (uint16_t)strlen(path);
  header[0] = kind;
  memcpy(header + 1, &path_length, 2);
  memcpy(header + 3, &length, 4);
  memcpy(header + 7, &position, 8);
  append(header, sizeof header);
  append(path, path_length);
  append(data, length);
}

static void refuse(const char *path, const char *what) {
  record('x', path, 0, what, (uint32_t)strlen(what));
}

static int is_below(const char *path) {
  if (log_fd < 0 || strncmp(path, folder, folder_length) != 0) return 0;
  return path[folder_length] == '/' || path[folder_length] == '\0';
}

static const char *path_of(int fd) {
  return fd >= 0 && fd < FD_LIMIT && log_fd >= 0 ? paths[fd] : NULL;
}

__attribute__((constructor)) static void begin(void) {
  const char *wanted = getenv("CRMWATCH_RECORD_FOLDER");
  const char *log = getenv("CRMWATCH_RECORD_LOG");
  if (wanted == NULL || log == NULL || realpath(wanted, folder) == NULL) return;
  folder_length = strlen(folder);
  REAL(int, "open", const char *, int, ...);
  log_fd = real(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void opened(int fd, const char *path, int flags, int existed) {
  struct stat facts;
  if (fd < 0 || !is_below(path)) return;
  if (fd >= FD_LIMIT) {
    refuse(path, "too many open files");
    return;
  }
  if (fstat(fd, &facts) != 0) return;
  free(paths[fd]);
  paths[fd] = strdup(path);
  is_folder[fd] = S_ISDIR(facts.st_mode) ? 1 : 0;
  if (!existed) record('c', path, 0, "", 0);
  else if ((flags & O_TRUNC) != 0) record('t', path, 0, "", 0);
}

#define OPENING(name, signature, call, path)                 \
  REAL(int, name, signature);                                \
  mode_t mode = 0;                                           \
  if ((flags & O_CREAT) != 0) {                              \
    va_list more;                                            \
    va_start(more, flags);                                   \
    mode = va_arg(more, mode_t);                             \
    va_end(more);                                            \
  }                                                          \
  if (!is_below(path)) return call;                          \
  pthread_mutex_lock(&lock);                                 \
  int existed = access(path, F_OK) == 0;                     \
  int fd = call;                                             \
  int error = errno;                                         \
  opened(fd, path, flags, existed);                          \
  pthread_mutex_unlock(&lock);                               \
  errno = error;                                             \
  return fd

#define OPEN_SIGNATURE const char *, int, ...
#define OPENAT_SIGNATURE int, const char *, int, ...

int open(const char *path, int flags, ...) {
  OPENING("open", OPEN_SIGNATURE, real(path, flags, mode), path);
}

int open64(const char *path, int flags, ...) {
  OPENING("open64", OPEN_SIGNATURE, real(path, flags, mode), path);
}

/* Only absolute paths are told: who records opens files by those. */
int openat(int at, const char *path, int flags, ...) {
  OPENING("openat", OPENAT_SIGNATURE, real(at, path, flags, mode), path);
}

int openat64(int at, const char *path, int flags, ...) {
  OPENING("openat64", OPENAT_SIGNATURE, real(at, path, flags, mode), path);
}

int close(int fd) {
  REAL(int, "close", int);
  if (path_of(fd) == NULL) return real(fd);
  pthread_mutex_lock(&lock);
  free(paths[fd]);
  paths[fd] = NULL;
  int result = real(fd);
  pthread_mutex_unlock(&lock);
  return result;
}

static ssize_t wrote(int fd, const void *data, ssize_t written, off64_t position) {
  int error = errno;
  if (written > 0) record('w', paths[fd], (uint64_t)position, data, (uint32_t)written);
  pthread_mutex_unlock(&lock);
  errno = error;
  return written;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t position) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  if (path_of(fd) == NULL) return real(fd, data, length, position);
  pthread_mutex_lock(&lock);
  return wrote(fd, data, real(fd, data, length, position), position);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t position) {
  return pwrite64(fd, data, length, position);
}

ssize_t write(int fd, const void *data, size_t length) {
  if (path_of(fd) == NULL) return real_write(fd, data, length);
  pthread_mutex_lock(&lock);
  int is_appending = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
  off64_t position = lseek64(fd, 0, is_appending ? SEEK_END : SEEK_CUR);
  return wrote(fd, data, real_write(fd, data, length), position);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  if (path_of(fd) != NULL) refuse(paths[fd], "writev");
  return real(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t position) {
  REAL(ssize_t, "pwritev", int, const struct iovec *, int, off_t);
  if (path_of(fd) != NULL) refuse(paths[fd], "pwritev");
  return real(fd, parts, count, position);
}

int ftruncate64(int fd, off64_t length) {
  REAL(int, "ftruncate64", int, off64_t);
  if (path_of(fd) == NULL) return real(fd, length);
  pthread_mutex_lock(&lock);
  int result = real(fd, length);
  if (result == 0) record('t', paths[fd], (uint64_t)length, "", 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

#define SYNCING(name)                                        \
  REAL(int, name, int);                                      \
  if (path_of(fd) == NULL) return real(fd);                  \
  pthread_mutex_lock(&lock);                                 \
  int result = real(fd);                                     \
  if (result == 0) record(is_folder[fd] ? 'd' : 's', paths[fd], 0, "", 0); \
  pthread_mutex_unlock(&lock);                               \
  return result

int fsync(int fd) { SYNCING("fsync"); }
int fdatasync(int fd) { SYNCING("fdatasync"); }

int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  if (!is_below(path)) return real(path);
  pthread_mutex_lock(&lock);
  int result = real(path);
  int error = errno;
  if (result == 0) record('u', path, 0, "", 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int unlinkat(int at, const char *path, int flags) {
  REAL(int, "unlinkat", int, const char *, int);
  if (is_below(path)) refuse(path, "unlinkat");
  return real(at, path, flags);
}

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  if (!is_below(from) && !is_below(to)) return real(from, to);
  pthread_mutex_lock(&lock);
  int result = real(from, to);
  if (result == 0) record('r', from, 0, to, (uint32_t)strlen(to));
  pthread_mutex_unlock(&lock);
  return result;
}

/* SQLite maps its index of the log (-shm), which need not survive; of anything else that is written so we would not know. */
void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t position) {
  REAL(void *, "mmap64", void *, size_t, int, int, int, off64_t);
  const char *path = path_of(fd);
  if (path != NULL && (protection & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0) {
    size_t end = strlen(path);
    if (end < 4 || strcmp(path + end - 4, "-shm") != 0) refuse(path, "mmap");
  }
  return real(address, length, protection, flags, fd, position);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t position) {
  return mmap64(address, length, protection, flags, fd, position);
}
