import Link
import StudyProtocol
import Timebase

/// What the fitting is to be looked at for, with all that only the control thread knows.
struct FittingOrder: Sendable {
    /// A device of the session, and what it told of itself.
    struct Device: Hashable, Sendable {
        var name: String
        /// Why it gives nothing; nil where it is open.
        var failure: String?
        var charge: Int?
        /// When it last told that an electrode is off, or that it has no contact.
        var leadsOff: Instant?
        var noContact: Instant?
        var lastSample: Instant?
    }

    /// The caller's own number.
    var number: UInt64
    /// The session's file.
    var path: String
    /// What the protocol asks for.
    var required: Set<String>
    /// What the operator is asked, and what was noted.
    var asked: [String] = []
    var notes: [String: String] = [:]
    /// Seconds from the phase's start until skin conductance counts as settled.
    var settleSeconds: Double
    /// When the fitting phase began; nil where the session is in none.
    var began: Instant?
    /// When the session began.
    var started: Instant
    var devices: [Device]
    /// Free bytes where the file is.
    var freeBytes: Int64

    /// What cannot be looked at is not green.
    func unreadable(_ text: String) -> [FittingCheck] {
        required.sorted().map {
            FittingCheck(check: $0, state: .red, text: text, required: true)
        }
    }
}
