/// Windows that slide over each phase, and whose measures are a table of their own.
public struct MeasureWindows: Hashable, Sendable {
    /// Seconds that each is long, and from the start of one to that of the next.
    public var length: Double
    public var step: Double

    /// What is usual for rates of the heart: a minute, each half a minute.
    public static let usual = MeasureWindows(length: 60, step: 30)

    /// nil where they are not of 1 s to a day, a new one every 0.1 s to a day.
    public init?(_ length: Double, every step: Double) {
        guard (1...86_400).contains(length), (0.1...86_400).contains(step) else { return nil }
        self.init(length: length, step: step)
    }

    private init(length: Double, step: Double) {
        self.length = length
        self.step = step
    }

    /// Reads `60/30`, or `60` for windows that do not overlap.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let length = parts.first.flatMap({ Double($0) }),
            let step = parts.last.flatMap({ Double($0) })
        else { return nil }
        self.init(length, every: step)
    }
}
