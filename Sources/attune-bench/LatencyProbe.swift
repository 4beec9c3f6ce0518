import Foundation
import Link
import SessionStore
import Synchronization
import SystemCalls
import Timebase
import VirtualDevices

/// Writes numbered lines to a terminal and notes when each was written, reached a subscriber, and
/// stood in the session file. All on the monotonic clock.
final class LatencyProbe: Sendable {
    /// Milliseconds from writing to arriving, of those that arrived.
    struct Arrivals {
        var distribution = Distribution()
        var count = 0
    }

    private struct State {
        var written: [Instant] = []
        var received: [Int: Instant] = [:]
        var stored: [Int: Instant] = [:]
        var threads: [DedicatedThread] = []
    }

    private let state = Mutex(State())
    private let isFinished = Atomic<Bool>(false)
    private let terminal: PseudoTerminal
    private static let stream = "probe"

    init(terminal: PseudoTerminal) throws { self.terminal = terminal }

    /// Follows the stream on a thread of its own.
    func subscribe(_ client: consuming VarlinkClient, session: String) throws {
        let path = client.path
        let thread = try DedicatedThread(name: "subscriber") { [self] in
            guard let client = try? VarlinkClient(path: path) else { return }
            // Ends with the session.
            try? client.stream(
                ControlInterface.Subscribe.self,
                .init(session: session, streams: [Self.stream], events: false)
            ) { reply in
                let now = Clocks.now()
                let first = Int(clamping: reply.item.firstIndex)
                state.withLock {
                    for index in first..<first + reply.item.count { $0.received[index] = now }
                }
                return true
            }
        }
        state.withLock { $0.threads.append(thread) }
    }

    /// Looks into the file every 2 ms, on a thread of its own.
    func watch(_ path: String) throws {
        let reader = try SessionReader.open(at: path)
        guard let stream = try reader.streams().first(where: { $0.name == Self.stream }) else {
            throw BenchmarkError("The session has no stream '\(Self.stream)'.")
        }
        let thread = try DedicatedThread(name: "watcher") { [self] in
            var known = 0
            while !isFinished.load(ordering: .acquiring) {
                usleep(2000)
                let count = Int(clamping: (try? reader.sampleCount(of: stream.id)) ?? 0)
                guard count > known else { continue }
                let now = Clocks.now()
                state.withLock { for index in known..<count { $0.stored[index] = now } }
                known = count
            }
            try? reader.close()
        }
        state.withLock { $0.threads.append(thread) }
    }

    /// Writes lines at irregular moments, 10 to 56 ms apart, so that no period of the daemon's is
    /// met again and again.
    /// - Returns: how many.
    func write(for seconds: Double) throws -> Int {
        let end = Clocks.now() + Int64(seconds * 1e9)
        var random: UInt64 = 88_172_645_463_325_252
        var number = 0
        while Clocks.now() < end {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            usleep(10_000 + UInt32(random % 46_000))
            let line = Array("\(number)\r\n".utf8)
            let now = Clocks.now()
            guard try terminal.write(line, from: 0) == line.count else {
                throw BenchmarkError("The terminal did not take a line.")
            }
            state.withLock { $0.written.append(now) }
            number += 1
        }
        return number
    }

    /// After the session has been stopped.
    func finish() {
        isFinished.store(true, ordering: .releasing)
        let threads = state.withLock { $0.threads }
        for thread in threads { thread.join() }
    }

    var received: Arrivals { state.withLock { Self.arrivals($0.written, $0.received) } }
    var stored: Arrivals { state.withLock { Self.arrivals($0.written, $0.stored) } }

    private static func arrivals(_ written: [Instant], _ arrived: [Int: Instant]) -> Arrivals {
        var result = Arrivals()
        for (index, start) in written.enumerated() {
            guard let end = arrived[index] else { continue }
            result.count += 1
            result.distribution.add(Double(end - start) / 1e6)
        }
        return result
    }
}
