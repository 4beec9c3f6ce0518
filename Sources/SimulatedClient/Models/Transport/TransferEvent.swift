/// What happens to a transfer, in order. Times are nanoseconds of CLOCK_MONOTONIC, taken on the
/// network's thread.
enum TransferEvent: Sendable {
    /// It was handed to the network.
    case started(at: Int64)
    /// The answer's head is complete.
    case head(TransferHead)
    /// A piece of the answer's body.
    case piece([UInt8], at: Int64)
    /// It ended; nothing follows.
    case finished(ModelFailure?, at: Int64)
}

/// The head of an answer, as far as it matters.
struct TransferHead: Hashable, Sendable {
    var status = 0
    var contentType = ""
    var retryAfter: String?
    var location: String?
    /// The server's own date, against which a date in `Retry-After` is read.
    var date: String?

    /// Takes a line of the head; one with a status begins anew.
    mutating func take(line: String) {
        if line.hasPrefix("HTTP/") {
            self = TransferHead()
            let parts = line.split(separator: " ", maxSplits: 2)
            status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            return
        }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = Self.trimmed(line[line.index(after: colon)...])
        switch line[..<colon].lowercased() {
        case "content-type": contentType = value.lowercased()
        case "retry-after": retryAfter = value
        case "location": location = value
        case "date": date = value
        default: break
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}
