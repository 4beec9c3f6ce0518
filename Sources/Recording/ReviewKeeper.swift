import Link
import SessionStore
import Synchronization
import SystemCalls

/// Adds what people say to review files, one request after another, on a thread of its own: a large
/// session takes long to finish, and who codes another one is not to wait for it.
final class ReviewKeeper: Sendable {
    /// What is to be added to the review file of a session.
    enum Order: Sendable {
        case scheme(CodingSchemeText)
        case annotations([AnnotationChange], actor: String)
        case ratings([Rating])
        case stage(RatingStage)
        case transcript(Transcript, [TranscriptSegment])
        /// Nothing: its answer says that all that was ordered before is done.
        case pause
    }

    struct Message: Sendable {
        /// The session's file.
        var path: String
        var order: Order
        /// The caller's own.
        var number: UInt64
    }

    let messages: Mailbox<Message>

    init(notices: Mailbox<ControlNotice>) throws(SystemError) {
        let messages = try Mailbox<Message>()
        self.messages = messages
        // The thread is not joined: each request is one transaction, which is there or is not.
        _ = try DedicatedThread(name: "reviews", stackSize: 4 << 20) {
            while true {
                messages.wait(milliseconds: -1)
                for message in messages.takeAll() {
                    let outcome = Self.add(message.order, to: message.path)
                    notices.post(.reviewed(message.number, outcome))
                }
            }
        }
    }

    private static func add(_ order: Order, to path: String) -> ReviewOutcome {
        let review = SessionReview(path: path)
        do throws(SessionReviewError) {
            switch order {
            case .scheme(let scheme): return .scheme(try review.add(scheme), scheme.sha256)
            case .annotations(let changes, let actor):
                let (rows, version) = try review.put(changes, actor: actor)
                return .annotations(rows, version: version)
            case .ratings(let ratings): return .ratings(try review.put(ratings))
            case .stage(let stage): return .stage(try review.set(stage))
            case .pause: return .paused
            case .transcript(let transcript, let segments):
                return .transcript(try review.add(transcript, segments))
            }
        } catch {
            return .failed(error, path: path)
        }
    }
}

/// How adding to a review file ended.
enum ReviewOutcome: Sendable {
    case scheme(ReviewRow, String)
    case annotations([ReviewRow], version: Int64)
    case ratings([ReviewRow])
    case stage(ReviewRow)
    case transcript(ReviewRow)
    case paused
    case failed(SessionReviewError, path: String)
}
