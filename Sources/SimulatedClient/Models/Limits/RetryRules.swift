import Glibc

/// When a request is tried again: exponential backoff with full jitter, and what the server asks for.
///
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015; RFC 9110,
/// section 10.2.3, for `Retry-After`.
public struct RetryRules: Hashable, Sendable {
    /// The first wait is between nothing and this.
    public var baseSeconds: Double
    /// No wait of our own is longer.
    public var longestSeconds: Double
    /// A server that asks for more is not waited for, because a participant would be.
    public var longestAskedSeconds: Double

    public init(
        baseSeconds: Double = 0.5, longestSeconds: Double = 8, longestAskedSeconds: Double = 20
    ) {
        self.baseSeconds = baseSeconds
        self.longestSeconds = longestSeconds
        self.longestAskedSeconds = longestAskedSeconds
    }

    /// Seconds to wait before the next try; nil where it is not worth it.
    ///
    /// - Parameters:
    ///   - tries: how many there were, from 1.
    ///   - asked: what the server asks for.
    ///   - random: from 0 to 1.
    func wait(afterTries tries: Int, asked: Double?, random: Double) -> Double? {
        let most = min(longestSeconds, baseSeconds * pow(2, Double(min(tries - 1, 30))))
        let jitter = most * min(max(random, 0), 1)
        guard let asked else { return jitter }
        guard asked <= longestAskedSeconds else { return nil }
        // Not before the server said, and not all at once when it said the same to many.
        return asked + min(jitter, baseSeconds)
    }

    /// The seconds that a `Retry-After` asks for, given as seconds or as a date; nil for anything else.
    ///
    /// - Parameters:
    ///   - date: the answer's own `Date`, since the server's clock may differ from ours.
    ///   - now: seconds since 1970 by our clock.
    static func seconds(retryAfter: String?, date: String?, now: Double) -> Double? {
        guard let retryAfter else { return nil }
        if let seconds = Double(retryAfter) {
            return seconds.isFinite ? min(max(0, seconds), 1e9) : nil
        }
        guard let moment = HTTPDate.seconds(retryAfter) else { return nil }
        let reference = date.flatMap { HTTPDate.seconds($0) } ?? now
        return max(0, moment - reference)
    }
}
