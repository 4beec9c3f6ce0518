import Ring
import SessionStore
import SystemCalls
import Timebase

/// The store thread's own state; lives and dies in that thread.
///
/// Packages are stored in their order, and each session's batches in theirs; the rings go on behind the
/// last package of which everything is stored. There is one package at a time. Only where a session is to
/// end and another one's batch does not fit on the disk, that batch waits, so that the end can be stored.
final class StoreLoop {
    private struct Pending {
        var package: StorePackage
        var began: Instant
    }

    private let acquisition: Ring
    private let control: Ring
    private let notices: Mailbox<ControlNotice>
    private let messages: Mailbox<StoreThread.Message>
    private let watch: StoreWatch
    private let heart: Heartbeat
    private let done: @Sendable (StoreBacklog) -> Void
    private var writers: [UInt32: SessionWriter] = [:]
    private var pending: [Pending] = []
    /// Sessions that are to end, as long as their last batch is not stored.
    private var ending: Set<UInt32> = []
    /// The sequencer waits to be told that it may hand over the next package.
    private var isAwaited = false
    private var isFinished = false
    static let retryMilliseconds: Int32 = 250

    init(
        acquisition: Ring, control: Ring, notices: Mailbox<ControlNotice>,
        messages: Mailbox<StoreThread.Message>, watch: StoreWatch, heart: Heartbeat,
        done: @escaping @Sendable (StoreBacklog) -> Void
    ) {
        self.acquisition = acquisition
        self.control = control
        self.notices = notices
        self.messages = messages
        self.watch = watch
        self.heart = heart
        self.done = done
    }

    func run() {
        while !isFinished {
            heart.beat()
            messages.wait(
                milliseconds: pending.isEmpty ? Heartbeat.longestPause : Self.retryMilliseconds)
            for message in messages.takeAll() {
                switch message {
                case .writer(let number, let writer): writers[number] = writer
                case .package(let package):
                    pending.append(Pending(package: package, began: Clocks.now()))
                    isAwaited = true
                case .stopping(let number):
                    // Its last batch may be stored by now.
                    if writers[number] != nil { ending.insert(number) }
                case .finish: isFinished = true
                }
            }
            store()
        }
        // What a writer could not close properly is brought in order at the next start.
        for writer in writers.values { try? writer.close() }
    }

    /// Tries to store all that waits.
    private func store() {
        var blocked: Set<UInt32> = []
        for place in pending.indices {
            var left: [(session: UInt32, batch: SessionBatch)] = []
            for (number, batch) in pending[place].package.batches {
                guard let writer = writers[number] else { continue }
                if blocked.contains(number) || !commit(batch, writer, number) {
                    blocked.insert(number)
                    left.append((number, batch))
                }
            }
            pending[place].package.batches = left
            tellEnds(&pending[place], blocked)
        }
        while let first = pending.first, first.package.batches.isEmpty {
            pending.removeFirst()
            acquisition.release(upTo: first.package.acquisition)
            control.release(upTo: first.package.control)
            tell(first, stopped: [], isWhole: true)
        }
        // A session that is to end, and has nothing here that waits, still has to bring its last batch.
        guard isAwaited, pending.isEmpty || !ending.subtracting(blocked).isEmpty else { return }
        isAwaited = false
        done(pending.isEmpty ? .nothing : .waiting)
    }

    /// Closes sessions whose last batch is stored, and tells so, whatever else of the package waits.
    private func tellEnds(_ step: inout Pending, _ blocked: Set<UInt32>) {
        let ended = step.package.stopped.filter { !blocked.contains($0) }
        guard !ended.isEmpty else { return }
        step.package.stopped.removeAll { ended.contains($0) }
        for number in ended {
            ending.remove(number)
            close(number)
        }
        tell(step, stopped: ended, isWhole: false)
    }

    /// - Parameter isWhole: whether the package is stored with all that came before it.
    private func tell(_ step: Pending, stopped: [UInt32], isWhole: Bool) {
        notices.post(
            .committed(
                CommitNotice(
                    stopped: stopped, control: isWhole ? step.package.control : control.released,
                    isWhole: isWhole, began: step.began, duration: Clocks.now() - step.began)))
    }

    private func commit(_ batch: SessionBatch, _ writer: SessionWriter, _ number: UInt32) -> Bool {
        watch.begin()
        heart.waitsForDisk(true)
        defer {
            heart.waitsForDisk(false)
            watch.end()
        }
        do throws(SessionStoreError) {
            take(try writer.commit(batch), of: number)
            return true
        } catch {
            guard error.code == .diskFull, ending.contains(number) else {
                notices.post(.commitFailed(session: number, error))
                return false
            }
        }
        do throws(SessionStoreError) {
            // Without the room that was kept for it, the same again: it says what is wrong.
            if try writer.spendRoomForEnding() { notices.post(.roomSpent(session: number)) }
            take(try writer.commit(batch), of: number)
            return true
        } catch {
            notices.post(.commitFailed(session: number, error))
            return false
        }
    }

    private func take(_ result: CommitResult, of number: UInt32) {
        if let audit = result.audit { notices.post(.audited(audit)) }
        if let error = result.reserveFailure {
            notices.post(.reserveFailed(session: number, error))
        }
        if let error = result.checkpointFailure {
            notices.post(.checkpointFailed(session: number, error))
        }
    }

    private func close(_ number: UInt32) {
        guard let writer = writers.removeValue(forKey: number) else { return }
        watch.begin()
        heart.waitsForDisk(true)
        defer {
            heart.waitsForDisk(false)
            watch.end()
        }
        do throws(SessionStoreError) {
            try writer.close()
        } catch {
            notices.post(.commitFailed(session: number, error))
        }
    }
}
