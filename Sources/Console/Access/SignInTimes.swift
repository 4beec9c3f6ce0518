/// How long a browser stays signed in, in seconds.
public struct SignInTimes: Hashable, Sendable {
    /// Since something was last asked for by hand; what a page asks for by itself does not count.
    public var idle: Int64
    /// Since signing in.
    public var whole: Int64
    /// How long a link can be used.
    public var link: Int64

    /// A working day, and a day.
    public init(idle: Int64 = 8 * 3600, whole: Int64 = 24 * 3600, link: Int64 = 24 * 3600) {
        self.idle = idle
        self.whole = whole
        self.link = link
    }
}
