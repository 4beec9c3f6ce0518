import CSystemCalls
import Glibc
import Synchronization
import SystemCalls
import Timebase

/// Runs virtual devices, all on one thread: it sleeps until a frame is due at its absolute time or a
/// command comes.
public final class VirtualStation: Sendable {
    /// What it runs.
    public let devices: [any VirtualDevice]
    private let stopping: EventSignal
    private let thread = Mutex<DedicatedThread?>(nil)
    private let failure = Mutex<VirtualDeviceError?>(nil)

    /// Nanoseconds between calls of devices that have nothing to do.
    private static let roundInterval: Int64 = 50_000_000

    /// How long a command waits at most while frames are sent, in nanoseconds.
    private static let commandDelay: Int64 = 2_000_000

    /// A station that does not run yet.
    public init(_ devices: [any VirtualDevice]) throws(VirtualDeviceError) {
        self.devices = devices
        do throws(SystemError) {
            stopping = try EventSignal()
        } catch {
            throw VirtualDeviceError(
                .endpoint, "The virtual station could not start.", cause: error)
        }
    }

    /// Runs on the calling thread until `stop()`, `end`, or until all devices are finished; then closes
    /// the devices.
    public func run(until end: Instant? = nil) throws(VirtualDeviceError) {
        do throws(VirtualDeviceError) {
            try loop(until: end)
        } catch {
            for device in devices { try? device.close() }
            throw error
        }
        waitForReaders()
        for device in devices { try device.close() }
    }

    /// Gives readers time for what was sent, for closing a terminal takes it away: 500 ms in which nobody reads
    /// anything, and 2 s at most.
    private func waitForReaders() {
        var least = Int.max
        var rounds = 0
        for _ in 0..<100 {
            usleep(20_000)
            let unread = devices.reduce(0) { $0 + $1.unread }
            if unread == 0 { return }
            rounds = unread < least ? 0 : rounds + 1
            least = min(least, unread)
            if rounds == 25 { return }
        }
    }

    /// Runs on a thread of its own until `stop()`.
    public func start() throws(VirtualDeviceError) {
        do throws(SystemError) {
            let started = try DedicatedThread(name: "devices") { [self] in
                do throws(VirtualDeviceError) {
                    try run()
                } catch {
                    failure.withLock { $0 = error }
                }
            }
            thread.withLock { $0 = started }
        } catch {
            throw VirtualDeviceError(
                .endpoint, "The virtual station could not start its thread.", cause: error)
        }
    }

    /// Ends `run()` without waiting for it; from any thread.
    public func raiseStop() { stopping.raise() }

    /// Ends `run()`; after `start()` also waits for the thread and throws what went wrong there.
    public func stop() throws(VirtualDeviceError) {
        stopping.raise()
        let started = thread.withLock {
            let started = $0
            $0 = nil
            return started
        }
        started?.join()
        let error = failure.withLock { $0 }
        if let error { throw error }
    }

    private func loop(until end: Instant?) throws(VirtualDeviceError) {
        var descriptors: [pollfd] = Array(
            repeating: pollfd(fd: -1, events: Int16(POLLIN), revents: 0),
            count: 1 + 2 * devices.count)
        descriptors[0].fd = stopping.number
        // A device is called when it asked to be, or when something came for it; and each of them now
        // and then, for another thread may have told it to go away.
        var dues: [Instant?] = Array(repeating: nil, count: devices.count)
        var finished: [Bool] = Array(repeating: false, count: devices.count)
        var nextRound = Instant(nanoseconds: 0)
        var lastLook = Instant(nanoseconds: 0)
        while true {
            let now = Clocks.now()
            if let end, end <= now { return }
            let isRound = nextRound <= now
            if isRound { nextRound = now + Self.roundInterval }
            var next = end
            var isActive = false
            for index in devices.indices {
                let (commands, openings) = (1 + 2 * index, 2 + 2 * index)
                let hasNews =
                    descriptors[commands].revents != 0 || descriptors[openings].revents != 0
                let isDue = dues[index].map { $0 <= now } ?? false
                if isRound || hasNews || isDue {
                    let device = devices[index]
                    dues[index] = try device.service(
                        now: now, commands: descriptors[commands].revents != 0,
                        openings: descriptors[openings].revents != 0)
                    finished[index] = device.isFinished
                    let wanted = device.pollDescriptors
                    descriptors[commands].fd = wanted.commands
                    descriptors[openings].fd = wanted.openings
                }
                if let due = dues[index] {
                    next = min(next ?? due, due)
                    isActive = true
                }
            }
            if !devices.isEmpty, finished.allSatisfy({ $0 }) { return }
            // Devices that all wait for a host need no rounds; whoever changes one wakes no one, and
            // the next command does.
            if isActive { next = min(next ?? nextRound, nextRound) }
            // Asking all terminals costs more than a frame does, so between two that are close together
            // commands wait: at most these 2 ms.
            if devices.count > 1, let due = next { next = Self.usbFrame(due) }
            let isShort = next.map { $0 - lastLook < Self.commandDelay } ?? false
            if !isShort { lastLook = now }
            try wait(&descriptors, count: isShort ? 1 : descriptors.count, until: next)
            if descriptors[0].revents != 0 { return }
        }
    }

    /// The end of the millisecond in which a moment lies: several devices share their wake-ups, as they
    /// would share a USB bus, which asks them once in a millisecond.
    private static func usbFrame(_ moment: Instant) -> Instant {
        let frame: Int64 = 1_000_000
        return Instant(nanoseconds: (moment.nanoseconds + frame - 1) / frame * frame)
    }

    /// - Parameter count: how many of the descriptors are waited for; the others have no news.
    private func wait(
        _ descriptors: inout [pollfd], count: Int, until next: Instant?
    ) throws(VirtualDeviceError) {
        for index in count..<descriptors.count { descriptors[index].revents = 0 }
        // What is left until the absolute time, computed anew before each sleep: late wake-ups do
        // not add up.
        let limit = next.map { max(0, $0 - Clocks.now()) } ?? -1
        do throws(SystemError) {
            try systemCall("ppoll") {
                // The array outlives the call, which writes only the entries' results.
                unsafe descriptors.withUnsafeMutableBufferPointer {
                    unsafe attune_poll($0.baseAddress, count, limit)
                }
            }
        } catch {
            throw VirtualDeviceError(
                .endpoint, "The virtual station could not wait for its devices.", cause: error)
        }
    }
}
