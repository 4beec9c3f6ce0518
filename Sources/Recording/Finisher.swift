import SessionStore
import Synchronization
import SystemCalls

/// The background job that gives stopped sessions their final form, aligns finished ones anew and adds to
/// their review files, one after another.
///
/// It may end at any moment: the session's file is whole before and after, and what was not
/// finished is begun again at the next start.
final class Finisher: Sendable {
    enum Message: Sendable {
        case session(path: String)
        /// Align a finished session anew; the number is the caller's own.
        case align(path: String, reason: String, number: UInt64)
        /// Add a correction to a finished session's review file; the number is the caller's own.
        case correct(path: String, EmotionCorrection, number: UInt64)
        /// Write the quality report of a finished session that has none.
        case report(path: String)
        /// Remove what a participant takes back; the number is the caller's own.
        case remove(RemovalOrder, number: UInt64)
        /// Cover words in a finished session; the number is the caller's own.
        case redact(
            path: String, SessionRedaction, Redaction, isTrial: Bool, number: UInt64)
        /// Look what a redaction has left that was cut off; the number is the caller's own.
        case findRedaction(path: String, Redaction, number: UInt64)
        case finish
    }

    let messages: Mailbox<Message>

    /// Milliseconds after which memory is given back at the latest.
    private static let rest: Int32 = 60_000

    /// - Parameter reporter: the program that writes a finished session's quality report; nil writes none.
    init(notices: Mailbox<ControlNotice>, reporter: String?) throws(SystemError) {
        let messages = try Mailbox<Message>()
        self.messages = messages
        // The thread is not joined: a daemon that ends does not wait for it.
        _ = try DedicatedThread(name: "finisher", stackSize: 4 << 20) {
            while true {
                messages.wait(milliseconds: Self.rest)
                for message in messages.takeAll() {
                    switch message {
                    case .finish: return
                    case .session(let path):
                        let outcome = Self.finish(path, notices)
                        notices.post(.finished(path: path, outcome))
                        if case .finished = outcome {
                            Self.report(path, by: reporter, to: notices)
                        }
                    case .report(let path): Self.report(path, by: reporter, to: notices)
                    case .remove(let order, let number):
                        Remover(order: order).run { notices.post(.removed(number, $0)) }
                    case .redact(let path, let words, let redaction, let isTrial, let number):
                        notices.post(
                            .redacted(number, Self.redact(path, words, redaction, isTrial)))
                    case .findRedaction(let path, let redaction, let number):
                        notices.post(.redacted(number, Self.find(redaction, path)))
                    case .align(let path, let reason, let number):
                        notices.post(.aligned(number, Self.align(path, reason)))
                    case .correct(let path, let correction, let number):
                        notices.post(.corrected(number, Self.correct(path, correction)))
                    }
                }
                // Of this thread's work, and of what a busy minute needed elsewhere.
                ProcessMemory.giveBackFree()
            }
        }
    }

    private static func redact(
        _ path: String, _ words: SessionRedaction, _ redaction: Redaction, _ isTrial: Bool
    ) -> RedactionOutcome {
        do throws(SessionStoreError) {
            let outcome =
                isTrial
                ? try words.matches()
                : try words.run(as: redaction.identifier) { detail in
                    let triple = Clocks.triple()
                    return AuditEntry(
                        time: triple.monotonic, realtime: triple.realtime, actor: redaction.actor,
                        action: "redact", detail: detail)
                }
            return .done(outcome, path: path, isTrial: isTrial)
        } catch {
            var made: RewrittenFile?
            if !isTrial, case .found(let file, _) = find(redaction, path) { made = file }
            return .failed(error, made: made, path: path)
        }
    }

    private static func find(_ redaction: Redaction, _ path: String) -> RedactionOutcome {
        do throws(SessionStoreError) {
            return .found(
                try RewrittenFile.find(path, identifier: redaction.identifier), path: path)
        } catch {
            return .failed(error, made: nil, path: path)
        }
    }

    private static func align(_ path: String, _ reason: String) -> AlignOutcome {
        do throws(SessionStoreError) {
            return .aligned(try SessionAligner(path: path).run(reason: reason))
        } catch {
            return .failed(error)
        }
    }

    private static func correct(
        _ path: String, _ correction: EmotionCorrection
    ) -> CorrectionOutcome {
        do throws(SessionStoreError) {
            return .added(try SessionReview(path: path).add(correction), path: path)
        } catch {
            return .failed(error)
        }
    }

    /// Has a session's quality report written, by a process of its own: whatever goes wrong there, no
    /// recording suffers.
    private static func report(
        _ path: String, by reporter: String?, to notices: Mailbox<ControlNotice>
    ) {
        guard let reporter else { return }
        var failure: String?
        do throws(SystemError) {
            let code = try ChildProgram.run(
                reporter,
                ["quality", path, "--quiet", "--out", StudyDirectory.qualityReport(of: path)],
                niceness: 10)
            if code != 0 { failure = "\(reporter) quality ended with code \(code)" }
        } catch {
            failure = error.description
        }
        notices.post(.reported(path: path, failure: failure))
    }

    private static func finish(
        _ path: String, _ notices: Mailbox<ControlNotice>
    ) -> FinishOutcome {
        do throws(SessionStoreError) {
            let result = try SessionFinisher(path: path).run()
            if let audit = result.audit { notices.post(.audited(audit)) }
            return .finished(sha256: result.sha256, size: result.size)
        } catch {
            return .failed("\(error)")
        }
    }
}
