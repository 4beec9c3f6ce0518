import SessionStore
import SystemCalls

/// What a start found of earlier sessions, and has already brought in order.
struct RecoveredStation {
    struct Resumed {
        var session: ActiveSession
        var writer: SessionWriter
    }

    var resumed: [Resumed] = []
    /// Files that this process may not use.
    var denied: [String] = []
    /// Files that wait for their final form.
    var unfinished: [String] = []
    /// Sessions that broke off too long ago: their files, closed as interrupted.
    var interrupted: [SessionRow] = []
    var highestSource: UInt32 = 0
    var highestSession: UInt32 = 0
    /// Keys that are down on keyboards and pointers that may have stayed open, by the source.
    var heldKeys: [UInt32: [UInt8: UInt16]] = [:]
    /// Holds the resumed sessions, positioned at the start of new rings.
    private var held: Interpreter

    static var nothing: RecoveredStation { RecoveredStation(held: Interpreter()) }

    private init(held: Interpreter) { self.held = held }

    /// The interpreter to go on with.
    func interpreter() -> ThreadCargo<Interpreter> { ThreadCargo(held) }

    /// The source of a resumed session that a device had.
    func source(named name: String) -> SourceEntry? {
        for entry in resumed.flatMap({ $0.session.sources.sources })
        where entry.name == name && entry.kind != .linked {
            return entry
        }
        return nil
    }

    mutating func keep(_ interpreter: Interpreter) { held = interpreter }
}
