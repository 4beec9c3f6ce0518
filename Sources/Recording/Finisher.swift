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
        case finish
    }

    let messages: Mailbox<Message>

    /// - Parameter reporter: the program that writes a finished session's quality report; nil writes none.
    init(notices: Mailbox<ControlNotice>, reporter: String?) throws(SystemError) {
        let messages = try Mailbox<Message>()
        self.messages = messages
        // The thread is not joined: a daemon that ends does not wait for it.
        _ = try DedicatedThread(name: "finisher", stackSize: 4 << 20) {
            while true {
                messages.wait(milliseconds: -1)
                for message in messages.takeAll() {
                    switch message {
                    case .finish: return
                    case .session(let path):
                        let outcome = Self.finish(path)
                        notices.post(.finished(path: path, outcome))
                        if case .finished = outcome {
                            Self.report(path, by: reporter, to: notices)
                        }
                    case .report(let path): Self.report(path, by: reporter, to: notices)
                    case .align(let path, let reason, let number):
                        notices.post(.aligned(number, Self.align(path, reason)))
                    case .correct(let path, let correction, let number):
                        notices.post(.corrected(number, Self.correct(path, correction)))
                    }
                }
            }
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

    private static func finish(_ path: String) -> FinishOutcome {
        do throws(SessionStoreError) {
            let result = try SessionFinisher(path: path).run()
            return .finished(sha256: result.sha256, size: result.size)
        } catch {
            return .failed("\(error)")
        }
    }
}
