import Foundation

/// Processor time of this process, and of the calling thread in it, in seconds.
struct ProcessorTime {
    var process: Double
    var thread: Double

    var withoutThread: Double { process - thread }

    static func read() -> ProcessorTime {
        func seconds(_ clock: clockid_t) -> Double {
            var time = timespec()
            // The structure is this function's own.
            unsafe clock_gettime(clock, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        return ProcessorTime(
            process: seconds(CLOCK_PROCESS_CPUTIME_ID), thread: seconds(CLOCK_THREAD_CPUTIME_ID))
    }

    static func - (left: ProcessorTime, right: ProcessorTime) -> ProcessorTime {
        ProcessorTime(process: left.process - right.process, thread: left.thread - right.thread)
    }
}
