import CSystem
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

    /// Gives readers up to 250 ms for what was sent, for closing a terminal takes it away.
    private func waitForReaders() {
        for _ in 0..<12 {
            usleep(20_000)
            if devices.allSatisfy({ $0.unread == 0 }) { return }
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
        while true {
            var next = end
            var isFinished = true
            let now = Clocks.now()
            if let end, end <= now { return }
            for (index, device) in devices.enumerated() {
                let due = try device.service(
                    now: now, commands: descriptors[1 + 2 * index].revents != 0,
                    openings: descriptors[2 + 2 * index].revents != 0)
                if let due { next = min(next ?? due, due) }
                if !device.isFinished { isFinished = false }
                let wanted = device.pollDescriptors
                descriptors[1 + 2 * index].fd = wanted.commands
                descriptors[2 + 2 * index].fd = wanted.openings
            }
            if isFinished && !devices.isEmpty { return }
            try wait(&descriptors, until: next)
            if descriptors[0].revents != 0 { return }
        }
    }

    private func wait(
        _ descriptors: inout [pollfd], until next: Instant?
    ) throws(VirtualDeviceError) {
        // What is left until the absolute time, computed anew before each sleep: late wake-ups do
        // not add up.
        let limit = next.map { max(0, $0 - Clocks.now()) } ?? -1
        do throws(SystemError) {
            try systemCall("ppoll") {
                // The array outlives the call, which writes only the entries' results.
                unsafe descriptors.withUnsafeMutableBufferPointer {
                    unsafe attune_poll($0.baseAddress, $0.count, limit)
                }
            }
        } catch {
            throw VirtualDeviceError(
                .endpoint, "The virtual station could not wait for its devices.", cause: error)
        }
    }
}
