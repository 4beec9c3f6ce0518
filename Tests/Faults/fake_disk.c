/* A fake at the kernel's boundary: preloaded into a program (LD_PRELOAD), it stands between it and the disk.

   FAKE_DISK_FOLDER   only files below this folder are touched.
   FAKE_DISK_LOG      what the program has done to them is appended here, for Tests/Faults/power_cut.py.
   FAKE_DISK_CONTROL  a file of 64 bytes, mapped: int32 fields that a test changes while the program runs:
                      0 errno of writes, 1 errno of syncs, 2 milliseconds that a sync takes,
                      3 how many more syncs fail (-1: all), 4 whether a failed sync loses its pages,
                      5 errno of opening for writing, 6 whether the file system is one of those that know no
                      second names (EPERM) and no renaming under conditions (EINVAL).
                      Counted by the fake: 8 failed writes, 9 failed syncs, 10 slow syncs.

   A sync that fails with field 4 set does what Linux does: the pages count as clean and can be read. So the
   log gets no sync of them, and whatever is written again is what a later sync speaks of. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WRITE_ERRNO, SYNC_ERRNO, SYNC_MS, SYNC_COUNT, SYNC_LOSES, OPEN_ERRNO, IS_PLAIN,
       FAILED_WRITES = 8, FAILED_SYNCS, SLOW_SYNCS };

static const char *folder;
static size_t folder_length;
static int log_file = -1;
static _Atomic int32_t *control;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_link)(const char *, const char *);
static int (*real_renameat2)(int, const char *, int, const char *, unsigned int);
static int (*real_unlink)(const char *);
static int (*real_mkdir)(const char *, mode_t);
static int (*real_open)(const char *, int, ...);

__attribute__((constructor)) static void begin(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_link = dlsym(RTLD_NEXT, "link");
    real_renameat2 = dlsym(RTLD_NEXT, "renameat2");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_mkdir = dlsym(RTLD_NEXT, "mkdir");
    real_open = dlsym(RTLD_NEXT, "open64");
    const char *path = getenv("FAKE_DISK_LOG");
    if (path) log_file = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    path = getenv("FAKE_DISK_CONTROL");
    int file = path ? real_open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *map = mmap(0, 64, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (map != MAP_FAILED) control = map;
        close(file);
    }
    folder = getenv("FAKE_DISK_FOLDER");
    folder_length = folder ? strlen(folder) : 0;
}

static int is_ours(const char *path) {
    return folder_length && strncmp(path, folder, folder_length) == 0;
}

/* Whether a descriptor is of a file or a folder of ours, of which inode, and by which path it was opened. */
static int found(int fd, uint64_t *inode, char *path, int *is_folder) {
    struct stat status;
    if (!folder_length || (log_file < 0 && !control)) return 0;
    if (fstat(fd, &status) != 0 || (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    *inode = status.st_ino;
    *is_folder = S_ISDIR(status.st_mode);
    return is_ours(path);
}

static int ours(int fd, uint64_t *inode) {
    char path[PATH_MAX];
    int is_folder;
    return found(fd, inode, path, &is_folder);
}

static int32_t set(int field) { return control ? atomic_load(&control[field]) : 0; }

/* One record: kind, three padding bytes, length of what follows, time, inode, offset; then the bytes. */
struct record { uint32_t kind, length; int64_t time; uint64_t inode; int64_t offset; };

static void note(char kind, uint64_t inode, int64_t offset, const void *bytes, size_t length) {
    if (log_file < 0) return;
    int kept = errno;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct record head = {(unsigned char)kind, (uint32_t)length,
                          now.tv_sec * 1000000000ll + now.tv_nsec, inode, offset};
    /* In one piece: programs that this one starts append to the same log. */
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, length}};
    if (writev(log_file, parts, 2) != (ssize_t)(sizeof head + length)) abort();
    errno = kept;
}

static ssize_t written(int fd, const void *bytes, size_t count, int64_t offset) {
    uint64_t inode;
    if (fd == log_file || !ours(fd, &inode))
        return offset < 0 ? real_write(fd, bytes, count) : real_pwrite(fd, bytes, count, offset);
    int32_t code = set(WRITE_ERRNO);
    if (code) {
        atomic_fetch_add(&control[FAILED_WRITES], 1);
        errno = code;
        return -1;
    }
    pthread_mutex_lock(&log_lock);
    int64_t at = offset < 0 ? lseek(fd, 0, SEEK_CUR) : offset;
    ssize_t done = offset < 0 ? real_write(fd, bytes, count) : real_pwrite(fd, bytes, count, offset);
    if (done > 0) note('W', inode, at, bytes, (size_t)done);
    pthread_mutex_unlock(&log_lock);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t count) { return written(fd, bytes, count, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return written(fd, bytes, count, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return written(fd, bytes, count, offset);
}

static int truncated(int fd, int64_t length) {
    uint64_t inode;
    if (!ours(fd, &inode)) return real_ftruncate(fd, length);
    if (set(WRITE_ERRNO)) {
        errno = set(WRITE_ERRNO);
        return -1;
    }
    pthread_mutex_lock(&log_lock);
    int done = real_ftruncate(fd, length);
    if (done == 0) note('T', inode, length, "", 0);
    pthread_mutex_unlock(&log_lock);
    return done;
}

int ftruncate(int fd, off_t length) { return truncated(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncated(fd, length); }

static int synced(int fd, int (*real)(int)) {
    uint64_t inode;
    char path[PATH_MAX];
    int is_folder;
    if (!found(fd, &inode, path, &is_folder)) return real(fd);
    if (set(SYNC_MS)) {
        atomic_fetch_add(&control[SLOW_SYNCS], 1);
        for (int left = set(SYNC_MS); left > 0 && set(SYNC_MS); left -= 10) usleep(10000);
    }
    int32_t code = set(SYNC_ERRNO);
    if (code && set(SYNC_COUNT)) {
        if (set(SYNC_COUNT) > 0) atomic_fetch_sub(&control[SYNC_COUNT], 1);
        atomic_fetch_add(&control[FAILED_SYNCS], 1);
        /* Its pages count as clean from now on: what was written before is never synced. */
        if (set(SYNC_LOSES)) note('L', inode, 0, "", 0);
        errno = code;
        return -1;
    }
    if (is_folder) {
        pthread_mutex_lock(&log_lock);
        int done = real(fd);
        if (done == 0) note('D', inode, 0, path, strlen(path));
        pthread_mutex_unlock(&log_lock);
        return done;
    }
    /* Noted before it begins: what is written meanwhile is none of its business. */
    pthread_mutex_lock(&log_lock);
    note('B', inode, 0, "", 0);
    pthread_mutex_unlock(&log_lock);
    int done = real(fd);
    pthread_mutex_lock(&log_lock);
    if (done == 0) note('S', inode, 0, "", 0);
    pthread_mutex_unlock(&log_lock);
    return done;
}

int fsync(int fd) { return synced(fd, real_fsync); }
int fdatasync(int fd) { return synced(fd, real_fdatasync); }

int rename(const char *from, const char *to) {
    if (!is_ours(from)) return real_rename(from, to);
    pthread_mutex_lock(&log_lock);
    int done = real_rename(from, to);
    if (done == 0) {
        char both[2 * PATH_MAX];
        int length = snprintf(both, sizeof both, "%s\n%s", from, to);
        note('R', 0, 0, both, (size_t)length);
    }
    pthread_mutex_unlock(&log_lock);
    return done;
}

int link(const char *from, const char *to) {
    if (is_ours(to) && set(IS_PLAIN)) {
        errno = EPERM;
        return -1;
    }
    return real_link(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags) {
    if (flags && is_ours(to) && set(IS_PLAIN)) {
        errno = EINVAL;
        return -1;
    }
    return real_renameat2(from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode) {
    if (!is_ours(path)) return real_mkdir(path, mode);
    pthread_mutex_lock(&log_lock);
    int done = real_mkdir(path, mode);
    if (done == 0) note('M', 0, 0, path, strlen(path));
    pthread_mutex_unlock(&log_lock);
    return done;
}

int unlink(const char *path) {
    if (!is_ours(path)) return real_unlink(path);
    pthread_mutex_lock(&log_lock);
    int done = real_unlink(path);
    if (done == 0) note('U', 0, 0, path, strlen(path));
    pthread_mutex_unlock(&log_lock);
    return done;
}

static int opened(const char *path, int flags, mode_t mode) {
    if (!is_ours(path) || !(flags & (O_WRONLY | O_RDWR | O_CREAT))) return real_open(path, flags, mode);
    if (set(OPEN_ERRNO)) {
        errno = set(OPEN_ERRNO);
        return -1;
    }
    pthread_mutex_lock(&log_lock);
    int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;
    int file = real_open(path, flags, mode);
    struct stat status;
    if (file >= 0 && fstat(file, &status) == 0) {
        if (is_new) note('C', status.st_ino, 0, path, strlen(path));
        else if (flags & O_TRUNC) note('T', status.st_ino, 0, "", 0);
    }
    pthread_mutex_unlock(&log_lock);
    return file;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(path, flags, mode);
}
