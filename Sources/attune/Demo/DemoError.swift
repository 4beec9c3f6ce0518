/// Why the demo did not do what it should.
enum DemoError: Error, Equatable, CustomStringConvertible {
    /// A program could not be started, or ended too early.
    case program(String)
    /// Something did not happen in time.
    case late(String)
    /// What was sent is not what was stored.
    case mismatch(String)
    /// Ctrl-C while it was starting or finishing.
    case interrupted

    var description: String {
        switch self {
        case .program(let text), .late(let text), .mismatch(let text): text
        case .interrupted: "ended at once, as asked; what was recorded is kept"
        }
    }
}
