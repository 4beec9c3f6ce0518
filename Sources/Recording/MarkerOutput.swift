import Glibc
import SystemCalls
import Timebase

/// Sends marks as bytes to marker ports, on a thread of its own: a port may take its time, and the
/// control thread has others to answer.
final class MarkerOutput: Sendable {
    /// One byte to send.
    struct Order: Sendable {
        /// A duplicate of the port's descriptor; closed when the byte is sent.
        var descriptor: Int32
        var device: String
        var session: UInt32
        var label: String
        var byte: UInt8
        /// When what it marks happened.
        var asked: Instant
    }

    /// What became of an order.
    struct Outcome: Sendable {
        var order: Order
        /// Before the byte was given to the kernel, and after the kernel said that it had left.
        var written: Instant
        var drained: Instant
        /// Why it was not sent; nil where it was.
        var failure: String?
    }

    private enum Message: Sendable {
        case order(Order)
        case finish
    }

    private let messages: Mailbox<Message>
    private let thread: DedicatedThread

    init(notices: Mailbox<ControlNotice>) throws(SystemError) {
        let messages = try Mailbox<Message>()
        self.messages = messages
        thread = try DedicatedThread(name: "marks out") {
            while true {
                messages.wait(milliseconds: -1)
                for message in messages.takeAll() {
                    switch message {
                    case .finish: return
                    case .order(let order): notices.post(.markSent(Self.send(order)))
                    }
                }
            }
        }
    }

    func send(_ order: Order) { messages.post(.order(order)) }

    /// Ends the thread once all orders are sent.
    func finish() {
        messages.post(.finish)
        thread.join()
    }

    private static func send(_ order: Order) -> Outcome {
        let descriptor = FileDescriptor(owning: order.descriptor)
        let written = Clocks.now()
        var failure: String?
        do throws(SystemError) {
            let count = try nonBlockingSystemCall("write", order.device) {
                var byte = order.byte
                return unsafe write(descriptor.number, &byte, 1)
            }
            if count == nil {
                failure = "the port takes nothing"
            } else {
                try systemCall("tcdrain", order.device) { tcdrain(descriptor.number) }
            }
        } catch {
            failure = error.reason
        }
        return Outcome(order: order, written: written, drained: Clocks.now(), failure: failure)
    }
}
