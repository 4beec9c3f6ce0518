/// The place of one call's answers in the order of a connection. What is answered too early waits
/// here until the calls before it are answered.
final class ReplySlot {
    let isConcurrent: Bool
    var bytes: [UInt8] = []
    var isFinished = false

    init(isConcurrent: Bool) { self.isConcurrent = isConcurrent }
}
