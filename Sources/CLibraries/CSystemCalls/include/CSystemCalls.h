// Calls and constants of Linux that Swift's Glibc module cannot see: function-like macros,
// variadic calls, and headers that it leaves out. Each is one line of C and says why it exists.
#ifndef ATTUNE_CSYSTEMCALLS_H
#define ATTUNE_CSYSTEMCALLS_H

#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/types.h>

/// Pins the calling thread to one processor. Glibc's module has no `sched_setaffinity`.
/// Returns 0, or -1 with errno set.
int attune_pin_thread(int processor);


/// Tells the processor that this thread waits for another one in a loop.
static inline void attune_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// What the kernel says of the wall clock (`adjtimex`, whose structure Glibc's module leaves out; nothing
/// is changed): 1 where a time service keeps it, with the bound of its error in microseconds and what is
/// still to be taken out of it in nanoseconds, 0 where none does, -1 with errno set.
int attune_clock_discipline(int64_t *maximum_error, int64_t *offset);

/// How many processors this process may run on.
int attune_usable_processors(void);

/// `ioctl` is variadic; this is its pointer form.
int attune_ioctl_pointer(int fd, unsigned long request, void *argument);
/// `ioctl` is variadic; this is its integer form.
int attune_ioctl_integer(int fd, unsigned long request, long argument);
/// `fcntl` is variadic; this is its integer form.
int attune_fcntl_integer(int fd, int command, int argument);
/// `open` is variadic.
int attune_open(const char *path, int flags, mode_t mode);

/// Gives a file blocks from `offset` on for `bytes` without making it longer (FALLOC_FL_KEEP_SIZE is not in
/// Glibc's module). Returns 0 or -1 with errno set; EOPNOTSUPP where the file system cannot.
int attune_allocate_ahead(int fd, int64_t offset, int64_t bytes);

/// Renames a file unless something has the new name (`renameat2` with RENAME_NOREPLACE, which Glibc's module
/// leaves out). Returns 0 or -1 with errno set; EINVAL where the file system cannot.
int attune_rename_exclusively(const char *path, const char *place);

/// A pipe, both ends close-on-exec from their first moment, so that nothing that another thread starts
/// keeps it open (`pipe2` is not in Glibc's module). Returns 0 or -1 with errno set.
int attune_pipe(int *reading, int *writing);
/// Has a program that is started get none of the caller's descriptors from `first` on
/// (`posix_spawn_file_actions_addclosefrom_np` is not in Glibc's module). Returns 0 or an error number.
int attune_spawn_without(posix_spawn_file_actions_t *actions, int first);

/// Supplementary groups of the peer of a Unix socket, as they were when it connected
/// (SO_PEERGROUPS). Returns the number of groups, or -1 with errno set (ERANGE: `capacity` is too small).
int attune_peer_groups(int fd, gid_t *groups, int capacity);
/// Credentials of the peer of a Unix socket (SO_PEERCRED). Returns 0 or -1 with errno set.
int attune_peer_credentials(int fd, pid_t *pid, uid_t *uid, gid_t *gid);

/// Accepts a connection that does not block and is closed on exec from its first moment, whatever
/// another thread starts (`accept4` is not in Glibc's module). Returns it, or -1 with errno set.
int attune_accept(int fd);

/// Sends bytes with MSG_NOSIGNAL, so that a closed peer gives EPIPE and never a signal.
ssize_t attune_send_nosignal(int fd, const void *bytes, size_t count);

/// A connected pair of sockets that keep messages apart (SOCK_SEQPACKET), close-on-exec and
/// non-blocking from their first moment (`socketpair` takes its flags as an enumeration that Glibc's
/// module cannot combine). Returns 0, or -1 with errno set.
int attune_message_pair(int pair[2]);
/// Gives a socket's queues as much room as this user may have, up to `bytes`: SO_SNDBUFFORCE and
/// SO_RCVBUFFORCE, else SO_SNDBUF and SO_RCVBUF.
void attune_socket_room(int fd, int bytes);
/// Asks for the kernel's time of each message (SO_TIMESTAMPNS is a macro with a condition in it).
/// Returns 0, or -1 with errno set.
int attune_stamp_messages(int fd);
/// Receives one message without blocking and, in `realtime`, when the kernel took it, in nanoseconds
/// of CLOCK_REALTIME; 0 where it does not say (the macros of `recvmsg` are function-like). Returns
/// the message's length, 0 at the end, or -1 with errno set.
ssize_t attune_receive_stamped(int fd, void *bytes, size_t count, int64_t *realtime);

/// A descriptor that becomes readable when the wall clock is set (the flags of `timerfd_settime` that ask
/// for it are an enumeration that Glibc's module leaves out). Returns it, or -1 with errno set.
int attune_watch_wall_clock(void);
/// Whether the wall clock was set since the last call: 1 or 0, or -1 with errno set.
int attune_wall_clock_was_set(int fd);

/// Names the calling thread, as `ps -L` and `top -H` show it (15 bytes at most).
void attune_name_thread(const char *name);

/// Forbids core dumps of this process (PR_SET_DUMPABLE 0 and RLIMIT_CORE 0), because memory could
/// hold what a participant typed. Returns 0 or -1 with errno set.
int attune_forbid_core_dumps(void);

/// Real-time priority for the calling thread (SCHED_FIFO). Returns 0 or -1 with errno set.
int attune_realtime_priority(int priority);

/// The least claim on processor and disk for the calling thread: niceness 19, and the idle class of the
/// disk's scheduler (`ioprio_set` has no wrapper in glibc). What is refused stays as it was.
void attune_least_priority(void);

/// Sum of user and system time of this process in nanoseconds, and its resident set in bytes.
int64_t attune_process_cpu_nanoseconds(void);
/// Sum of user and system time of the calling thread in nanoseconds.
int64_t attune_thread_cpu_nanoseconds(void);

/// A random id that fits a positive Int64, from the kernel's generator. 0 on failure.
int64_t attune_random_identifier(void);

/// The kernel's number of the calling thread, as /proc names it (`gettid` is not in Glibc's module).
pid_t attune_thread_number(void);

/// Keeps what this process touches in memory from here on, also what it maps later (MCL_ONFAULT is not in
/// Glibc's module): 1, or 0 where the limit on locked memory (RLIMIT_MEMLOCK) is finite, so that a later
/// mapping could be refused for it, or -1 with errno set.
int attune_lock_memory(void);

// evdev: the request numbers are function-like macros.
/// The bus, vendor and product of an input device (EVIOCGID). Returns 0 or -1 with errno set.
int attune_input_numbers(int fd, uint16_t numbers[3]);
/// The place or serial number of an input device (EVIOCGUNIQ, else EVIOCGPHYS), ended by 0; empty where it
/// has neither. Returns 0 or -1 with errno set.
int attune_input_place(int fd, char *text, size_t capacity);
/// The name of an input device (EVIOCGNAME), ended by 0. Returns 0 or -1 with errno set.
int attune_input_name(int fd, char *text, size_t capacity);
extern const unsigned long attune_eviocsclockid;
extern const unsigned long attune_eviocsmask;
extern const unsigned long attune_eviocrevoke;

/// One mask of event codes for EVIOCSMASK, as the kernel lays it out.
struct attune_input_mask {
    uint32_t type;
    uint32_t codes_size;
    uint64_t codes_ptr;
};

// Serial: the request numbers and the structure are not in Glibc's module.
/// Sets ASYNC_LOW_LATENCY (1 ms batches instead of 16 on FTDI). Returns 0 or -1 with errno
/// (ENOTTY on ptys).
int attune_serial_low_latency(int fd);
/// Exclusive use of a terminal (TIOCEXCL). Returns 0 or -1 with errno set.
int attune_serial_exclusive(int fd);
/// Receiver overruns, framing, parity errors and buffer overruns since boot (TIOCGICOUNT), in this
/// order. Returns 0 or -1 with errno set (ENOTTY on ptys).
int attune_serial_error_counts(int fd, int32_t counts[4]);
/// Whether a descriptor is the device side of a pseudo-terminal: 1 or 0 (-1 with errno set).
/// `major` is a macro; Linux gives these terminals the major numbers 136 to 143
/// (Documentation/admin-guide/devices.txt).
int attune_is_pseudo_terminal(int fd);
/// Speed constant (B115200…) of a number of bits per second, or 0 where there is none.
unsigned int attune_serial_speed(unsigned int bits_per_second);

// Pseudo-terminals: `posix_openpt`, `unlockpt` and `ptsname_r` need _GNU_SOURCE, which Glibc's module
// does not set.
/// Opens a new pseudo-terminal's master side, close-on-exec and non-blocking, and writes the path of
/// its other side into `path`. Returns the descriptor, or -1 with errno set.
int attune_open_pseudo_terminal(char *path, size_t capacity);
/// Bytes that wait to be read from a terminal or pipe (FIONREAD), or -1 with errno set.
int attune_unread_bytes(int fd);

/// Waits for descriptors with a limit in nanoseconds (`ppoll`, which needs _GNU_SOURCE); a negative
/// limit waits without end. Returns how many are ready, or -1 with errno set.
int attune_poll(struct pollfd *descriptors, size_t count, int64_t nanoseconds);

/// Has the kernel begin to write a file to its disk, and does not wait (`sync_file_range`, which needs
/// _GNU_SOURCE). Returns 0 or -1 with errno set.
int attune_begin_writeback(int fd);

/// From now on blocks of 128 KiB and more are given back to the kernel when they are freed, and the heap's
/// end from 8 MiB on (`mallopt`, whose header is not in Glibc's module). Otherwise glibc learns from large
/// blocks that come and go to keep up to 32 MiB of them.
void attune_give_back_memory(void);

/// Gives the pages back to the kernel that lie free in all heaps, as far as they are not locked (`malloc_trim`). Takes
/// about a millisecond, in which a thread that allocates may have to wait.
void attune_give_back_free_memory(void);

#endif
