import Link
import SessionStore
import SystemCalls

/// The thread that looks at the fitting: it reads the session's own file, so that neither the reader nor
/// the control thread waits for a disk.
final class Fitter: Sendable {
    enum Message: Sendable {
        case look(FittingOrder)
        case finish
    }

    let messages: Mailbox<Message>

    init(notices: Mailbox<ControlNotice>) throws(SystemError) {
        let messages = try Mailbox<Message>()
        self.messages = messages
        // The thread is not joined: it writes nothing, and a daemon that ends does not wait for it.
        _ = try DedicatedThread(name: "fitter", stackSize: 1 << 20) {
            while true {
                messages.wait(milliseconds: -1)
                for message in messages.takeAll() {
                    switch message {
                    case .finish: return
                    case .look(let order): notices.post(.fitted(order.number, Self.look(order)))
                    }
                }
            }
        }
    }

    private static func look(_ order: FittingOrder) -> [FittingCheck] {
        do throws(SessionStoreError) {
            return try FittingReport.make(order, now: Clocks.now())
        } catch {
            return order.unreadable("The session's file cannot be read: \(error)")
        }
    }
}
