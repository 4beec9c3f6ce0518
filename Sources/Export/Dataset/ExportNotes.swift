import Synchronization

/// What an export has to say beside its files: what a format could not hold as it is. May be used from
/// several threads; the same note is kept once.
final class ExportNotes: Sendable {
    private let notes = Mutex<[String]>([])

    /// Adds a sentence for whoever reads the export, such as `turns.sav: text is cut at 9,000 bytes`.
    func add(_ note: String) {
        notes.withLock { if !$0.contains(note) { $0.append(note) } }
    }

    /// All notes in alphabetical order, since threads add them in any.
    var all: [String] { notes.withLock { $0.sorted() } }
}
