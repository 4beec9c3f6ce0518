import Link
import SessionStore
import StudyProtocol
import SystemCalls
import Timebase

/// Study protocols as sessions use them.
enum ProtocolAccess {
    struct Loaded {
        var name = ""
        var version = ""
        var text = ""
        var phases: [String] = []
    }

    /// Loads a protocol by name; no name gives a session without phases of its own.
    static func load(_ name: String?) throws -> Loaded { Loaded() }

    /// The phases of a protocol's text, as a session file keeps it.
    static func phases(of text: String) -> [String] { [] }

    /// The phase that a session's file says is open.
    static func openPhase(_ path: String) -> String? {
        guard let reader = try? SessionReader.open(at: path),
            let phases = try? reader.phases()
        else { return nil }
        return phases.last { $0.ended == nil }?.name
    }
}
