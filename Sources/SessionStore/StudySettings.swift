/// What was fixed when a study was made.
public struct StudySettings: Hashable, Sendable {
    /// What participants' codes begin with, before their number.
    public var prefix: String
    /// Digits of the number, at least.
    public var digits: Int
    /// Planned visits of each participant.
    public var visits: Int
    /// Nanoseconds since 1970-01-01 UTC.
    public var created: Int64

    public init(prefix: String, digits: Int, visits: Int, created: Int64) {
        self.prefix = prefix
        self.digits = digits
        self.visits = visits
        self.created = created
    }

    /// The code of the participant with a number, such as `P01`.
    public func code(_ number: Int) -> String {
        let text = String(number)
        return prefix + String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// The number in a code that was made so; nil for any other code.
    public func number(of code: String) -> Int? {
        guard code.hasPrefix(prefix) else { return nil }
        return Int(code.dropFirst(prefix.count)).flatMap { $0 > 0 ? $0 : nil }
    }
}
