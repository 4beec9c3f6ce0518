import LinuxDevices
import SessionStore
import SystemCalls
import Timebase

/// Writes into the system's journal where audit trails end, so that one that is written anew shows.
///
/// Of each trail at most once a second, and its last end always. On a thread of its own, since a journal
/// that hangs must stop neither the disk nor the link.
final class AnchorWriter: Sendable {
    enum Message: Sendable {
        case head(AuditHead, of: AuditTrailName?)
        case finish
    }

    private let messages: Mailbox<Message>
    private let thread: DedicatedThread

    init() throws(SystemError) {
        let messages = try Mailbox<Message>()
        self.messages = messages
        thread = try DedicatedThread(name: "anchors") {
            var loop = Loop()
            while !loop.isFinished {
                messages.wait(milliseconds: loop.pause())
                for message in messages.takeAll() { loop.take(message) }
                loop.write()
            }
        }
    }

    /// Any thread.
    /// - Parameter name: which trail of the data directory it is; nil for a session's.
    func post(_ head: AuditHead, of name: AuditTrailName? = nil) {
        messages.post(.head(head, of: name))
    }

    /// Writes what waits, and ends.
    func finish() {
        messages.post(.finish)
        thread.join()
    }

    private struct Loop {
        private var waiting: [String: AuditAnchor] = [:]
        private var written: [String: Instant] = [:]
        private(set) var isFinished = false
        private static let interval: Int64 = 1_000_000_000

        mutating func take(_ message: Message) {
            switch message {
            case .head(let head, let name):
                // They may come from several threads.
                if head.count >= waiting[head.subject]?.head.count ?? 0 {
                    waiting[head.subject] = AuditAnchor(head, of: name)
                }
            case .finish: isFinished = true
            }
        }

        /// Milliseconds until something is due.
        func pause() -> Int32 {
            let now = Clocks.now()
            let due = waiting.keys.map { subject in
                written[subject].map { $0 + Self.interval - now } ?? 0
            }.min()
            guard let due else { return -1 }
            return Int32(clamping: max(0, due) / 1_000_000 + 1)
        }

        mutating func write() {
            let now = Clocks.now()
            for (subject, anchor) in waiting {
                if let last = written[subject], now - last < Self.interval, !isFinished { continue }
                waiting[subject] = nil
                written[subject] = now
                Self.write(anchor)
            }
            written = written.filter { now - $0.value < Self.interval }
        }

        private static func write(_ anchor: AuditAnchor) {
            var failure = ""
            do throws(SystemError) {
                if try SystemJournal.write(anchor.message, fields: anchor.fields) { return }
            } catch {
                failure = " (the journal failed: \(error))"
            }
            // Where the output is kept, it anchors as well; where it is not, nothing can be done.
            try? FileSystem.writeAll(Array("\(anchor.message)\(failure)\n".utf8), to: 2)
        }
    }
}
