import Foundation
import Recording
import SessionStore
import SystemCalls
import Timebase

/// One run of `attune-bench ingest`: pushes at a pace or as fast as it goes, finishes the session,
/// and reads the file back.
struct IngestRun {
    struct Outcome {
        /// Values or events pushed, each second of pushing and storing.
        var rate = 0.0
        var pushed: Int64 = 0
        /// Values or events found in the file, each as it was pushed.
        var found: Int64 = 0
        /// What is in the file and should not be there, or is not as it was pushed.
        var wrong: Int64 = 0
        var overflows: UInt64 = 0
        /// Processor seconds a second of recording, without the pushing thread's.
        var load = 0.0
        /// Greatest share of the ring that was in use.
        var backlog = 0.0
        var commitMilliseconds = Distribution()
        var failures: [String] = []
        var fileBytes: Int64 = 0

        var isComplete: Bool {
            found == pushed && wrong == 0 && overflows == 0 && failures.isEmpty
        }
    }

    let kind: IngestCase
    let seconds: Double
    /// Whether a push waits for its millisecond; otherwise only for room in the ring.
    let isPaced: Bool
    let directory: String
    let runtime: String

    func measure() throws -> Outcome {
        let signal = IngestSignal()
        let harness = try IngestHarness(
            directory: directory, runtime: runtime, profile: try IngestProfile.load(),
            channels: (0..<IngestSignal.channelCount).map { "c\($0)" }, rate: 125_000)
        defer { try? FileManager.default.removeItem(atPath: harness.path) }
        var outcome = Outcome()
        let processor = ProcessorTime.read()
        let start = Clocks.now()
        try push(harness, signal, start, &outcome)
        outcome.overflows = harness.overflows
        try harness.finish()
        let span = Double(Clocks.now() - start) / 1e9
        let used = ProcessorTime.read() - processor
        outcome.rate = Double(outcome.pushed) / span
        outcome.load = used.withoutThread / span
        outcome.failures = harness.failures
        for duration in harness.commitDurations {
            outcome.commitMilliseconds.add(Double(duration) / 1e6)
        }
        outcome.fileBytes = (try? FileSystem.size(harness.path)) ?? 0
        try verify(harness.path, signal, &outcome)
        return outcome
    }

    private func push(
        _ harness: IngestHarness, _ signal: IngestSignal, _ start: Instant,
        _ outcome: inout Outcome
    ) throws {
        let end = start + Int64(seconds * 1e9)
        var bytes: [UInt8] = []
        var round: Int64 = 0
        var sequence: Int64 = 0
        let capacity = harness.capacity
        let isAcquired = kind == .frames
        while true {
            let now = Clocks.now()
            if round % 16 == 0 {
                harness.takeNotices()
                let backlog = harness.backlog
                let share =
                    isAcquired
                    ? Double(backlog.acquisition) / Double(capacity.acquisition)
                    : Double(backlog.control) / Double(capacity.control)
                outcome.backlog = max(outcome.backlog, share)
            }
            let due = start + round * 1_000_000
            if isPaced ? due >= end : now >= end { return }
            if isPaced ? now < due : !hasRoom(harness) {
                usleep(200)
                continue
            }
            round += 1
            let first = (round - 1) * Int64(IngestCase.samplesPerPush)
            switch kind {
            case .frames:
                bytes.removeAll(keepingCapacity: true)
                for index in first..<first + Int64(IngestCase.samplesPerPush) {
                    IngestProfile.append(index, signal, to: &bytes)
                }
                // The ring copies the bytes within the call.
                _ = unsafe bytes.withUnsafeBytes { unsafe harness.push(bytes: $0) }
            case .linked:
                bytes.removeAll(keepingCapacity: true)
                for index in first..<first + Int64(IngestCase.samplesPerPush) {
                    IngestProfile.appendValues(index, signal, to: &bytes)
                }
                sequence += 1
                _ = harness.push(
                    samples: bytes, count: IngestCase.samplesPerPush, sequence: sequence)
            case .events:
                for _ in 0..<kind.perPush {
                    sequence += 1
                    _ = harness.push(
                        event: "{\"number\":\(sequence)}", kind: "tick", sequence: sequence)
                }
            }
            outcome.pushed += Int64(kind.perPush)
        }
    }

    /// Room for one more push, generously.
    private func hasRoom(_ harness: IngestHarness) -> Bool {
        switch kind {
        case .frames: harness.fits(acquired: 8192)
        case .linked: harness.fits(linked: 8192)
        case .events: harness.fits(linked: 32_768)
        }
    }

    /// Reads the file back and compares each value or event with what was pushed.
    private func verify(
        _ path: String, _ signal: IngestSignal, _ outcome: inout Outcome
    ) throws {
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        var found: Int64 = 0
        var wrong: Int64 = 0
        if kind == .events {
            for event in try reader.events() {
                found += 1
                let number = event.clientSequence ?? 0
                if event.payload != "{\"number\":\(number)}" { wrong += 1 }
            }
        } else {
            let stream =
                kind == .frames ? IngestHarness.deviceStream : IngestHarness.clientStream
            try reader.forEachChunk(of: stream) { window in
                for (channel, column) in window.columns.enumerated() {
                    guard case .integers(let values) = column else { return false }
                    found += Int64(values.count)
                    for (offset, value) in values.enumerated()
                    where value != Int64(signal.value(window.firstIndex + Int64(offset), channel)) {
                        wrong += 1
                    }
                }
                return true
            }
            wrong += Int64(try reader.gaps().count)
        }
        outcome.found = found
        outcome.wrong = wrong
    }
}
