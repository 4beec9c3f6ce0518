#define _GNU_SOURCE
#include "CSystemCalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/serial.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

int attune_pin_thread(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

int attune_allocate_ahead(int fd, int64_t offset, int64_t bytes) {
    return fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, bytes);
}

int attune_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int attune_spawn_without(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int attune_clock_discipline(int64_t *maximum_error, int64_t *offset) {
    struct timex clock = {0};
    int state = adjtimex(&clock);
    if (state < 0) return -1;
    *maximum_error = clock.maxerror;
    *offset = (clock.status & STA_NANO) ? clock.offset : clock.offset * 1000;
    return state != TIME_ERROR && !(clock.status & STA_UNSYNC);
}

int attune_usable_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return CPU_COUNT(&set);
}

int attune_ioctl_pointer(int fd, unsigned long request, void *argument) {
    return ioctl(fd, request, argument);
}

int attune_ioctl_integer(int fd, unsigned long request, long argument) {
    return ioctl(fd, request, argument);
}

int attune_fcntl_integer(int fd, int command, int argument) { return fcntl(fd, command, argument); }

int attune_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }

int attune_peer_groups(int fd, gid_t *groups, int capacity) {
    socklen_t length = (socklen_t)capacity * sizeof(gid_t);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0) return -1;
    return (int)(length / sizeof(gid_t));
}

int attune_peer_credentials(int fd, pid_t *pid, uid_t *uid, gid_t *gid) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
    *pid = credentials.pid;
    *uid = credentials.uid;
    *gid = credentials.gid;
    return 0;
}

int attune_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

ssize_t attune_send_nosignal(int fd, const void *bytes, size_t count) {
    return send(fd, bytes, count, MSG_NOSIGNAL);
}

int attune_message_pair(int pair[2]) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair);
}

void attune_socket_room(int fd, int bytes) {
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

int attune_stamp_messages(int fd) {
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

ssize_t attune_receive_stamped(int fd, void *bytes, size_t count, int64_t *realtime) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(struct timespec))];
    } control;
    struct iovec piece = {bytes, count};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    *realtime = 0;
    ssize_t received = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (received < 0) return received;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SO_TIMESTAMPNS) continue;
        struct timespec time;
        memcpy(&time, CMSG_DATA(part), sizeof time);
        *realtime = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    }
    return received;
}

// timerfd_create(2): a timer of CLOCK_REALTIME at an absolute time with TFD_TIMER_CANCEL_ON_SET is
// cancelled by each discontinuous change of that clock; read(2) tells it once with ECANCELED.
static int arm_wall_clock(int fd) {
    // Some hundred years from 1970: never.
    struct itimerspec never = {.it_value = {.tv_sec = (time_t)1 << 33}};
    return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

int attune_watch_wall_clock(void) {
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0) return -1;
    if (arm_wall_clock(fd) == 0) return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int attune_wall_clock_was_set(int fd) {
    uint64_t expirations = 0;
    if (read(fd, &expirations, sizeof expirations) >= 0) return 0;
    if (errno == EAGAIN || errno == EINTR) return 0;
    if (errno != ECANCELED) return -1;
    return arm_wall_clock(fd) == 0 ? 1 : -1;
}

void attune_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int attune_forbid_core_dumps(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int attune_realtime_priority(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters);
}

static int64_t clock_nanoseconds(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) return -1;
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t attune_process_cpu_nanoseconds(void) {
    return clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t attune_thread_cpu_nanoseconds(void) { return clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID); }

int64_t attune_random_identifier(void) {
    uint64_t value = 0;
    if (getrandom(&value, sizeof value, 0) != sizeof value) return 0;
    return (int64_t)(value >> 1);
}

const unsigned long attune_eviocsclockid = EVIOCSCLOCKID;
const unsigned long attune_eviocsmask = EVIOCSMASK;
const unsigned long attune_eviocrevoke = EVIOCREVOKE;

_Static_assert(sizeof(struct attune_input_mask) == sizeof(struct input_mask),
               "the mask's layout is the kernel's");

int attune_serial_low_latency(int fd) {
    struct serial_struct settings;
    if (ioctl(fd, TIOCGSERIAL, &settings) != 0) return -1;
    settings.flags |= ASYNC_LOW_LATENCY;
    return ioctl(fd, TIOCSSERIAL, &settings);
}

int attune_serial_exclusive(int fd) { return ioctl(fd, TIOCEXCL); }

int attune_serial_error_counts(int fd, int32_t counts[4]) {
    struct serial_icounter_struct counters;
    if (ioctl(fd, TIOCGICOUNT, &counters) != 0) return -1;
    counts[0] = counters.overrun;
    counts[1] = counters.frame;
    counts[2] = counters.parity;
    counts[3] = counters.buf_overrun;
    return 0;
}

int attune_is_pseudo_terminal(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0) return -1;
    return S_ISCHR(status.st_mode) && major(status.st_rdev) >= 136 && major(status.st_rdev) <= 143;
}

unsigned int attune_serial_speed(unsigned int bits_per_second) {
    switch (bits_per_second) {
    case 300: return B300;
    case 600: return B600;
    case 1200: return B1200;
    case 2400: return B2400;
    case 4800: return B4800;
    case 9600: return B9600;
    case 19200: return B19200;
    case 38400: return B38400;
    case 57600: return B57600;
    case 115200: return B115200;
    case 230400: return B230400;
    case 460800: return B460800;
    case 500000: return B500000;
    case 576000: return B576000;
    case 921600: return B921600;
    case 1000000: return B1000000;
    case 1152000: return B1152000;
    case 1500000: return B1500000;
    case 2000000: return B2000000;
    case 2500000: return B2500000;
    case 3000000: return B3000000;
    case 4000000: return B4000000;
    default: return 0;
    }
}

int attune_open_pseudo_terminal(char *path, size_t capacity) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return -1;
    int code = 0;
    if (grantpt(master) != 0 || unlockpt(master) != 0) {
        code = errno;
    } else {
        code = ptsname_r(master, path, capacity);
    }
    if (code == 0) return master;
    close(master);
    errno = code;
    return -1;
}

int attune_unread_bytes(int fd) {
    int count = 0;
    if (ioctl(fd, FIONREAD, &count) != 0) return -1;
    return count;
}

int attune_poll(struct pollfd *descriptors, size_t count, int64_t nanoseconds) {
    if (nanoseconds < 0) return ppoll(descriptors, count, NULL, NULL);
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return ppoll(descriptors, count, &limit, NULL);
}

int attune_begin_writeback(int fd) {
    return sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

void attune_give_back_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

void attune_give_back_free_memory(void) { malloc_trim(0); }

pid_t attune_thread_number(void) { return gettid(); }

int attune_lock_memory(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return -1;
    if (limit.rlim_cur != RLIM_INFINITY) return 0;
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 ? 1 : -1;
}

int attune_input_numbers(int fd, uint16_t numbers[3]) {
    struct input_id id;
    if (ioctl(fd, EVIOCGID, &id) != 0) return -1;
    numbers[0] = id.bustype;
    numbers[1] = id.vendor;
    numbers[2] = id.product;
    return 0;
}

// The kernel cuts a text that is too long, and ends it with 0 only where it has room.
static int input_text(int fd, unsigned long request, char *text, size_t capacity) {
    memset(text, 0, capacity);
    int count = ioctl(fd, request, text);
    if (count < 0) return errno == ENOENT ? 0 : -1;
    text[capacity - 1] = 0;
    return 0;
}

int attune_input_place(int fd, char *text, size_t capacity) {
    if (input_text(fd, EVIOCGUNIQ(capacity), text, capacity) != 0) return -1;
    if (text[0] != 0) return 0;
    return input_text(fd, EVIOCGPHYS(capacity), text, capacity);
}

int attune_input_name(int fd, char *text, size_t capacity) {
    return input_text(fd, EVIOCGNAME(capacity), text, capacity);
}

void attune_least_priority(void) {
    pid_t thread = (pid_t)syscall(SYS_gettid);
    // For Linux a thread's niceness is its own (setpriority(2), "C library/kernel differences").
    setpriority(PRIO_PROCESS, (id_t)thread, 19);
    // IOPRIO_WHO_PROCESS is 1, IOPRIO_CLASS_IDLE 3, shifted by IOPRIO_CLASS_SHIFT, 13 (ioprio_set(2)).
    syscall(SYS_ioprio_set, 1, thread, 3 << 13);
}

int attune_rename_exclusively(const char *path, const char *place) {
    return renameat2(AT_FDCWD, path, AT_FDCWD, place, RENAME_NOREPLACE);
}
