/// What one reading of a document shares: its mistakes and its limits. Used by one thread.
final class DeclarationContext {
    let file: String
    private(set) var errors: [DeclarationError] = []
    /// How many of the errors leave a value unread (unknown keys do not).
    private(set) var unread = 0
    /// Values that may still be read: a small file must not become an endless one by aliases.
    private var budget = 200_000

    init(file: String) { self.file = file }

    func record(_ place: Place, _ path: [String], _ message: String, unread isUnread: Bool) {
        if isUnread { unread += 1 }
        guard errors.count < 100 else { return }
        let error = DeclarationError(
            file: file, line: place.line, column: place.column, keyPath: keyPath(path),
            message: message)
        // A stand-in value must not give a second mistake at the place of the first.
        guard
            !errors.contains(where: {
                $0.line == error.line && $0.column == error.column
                    && $0.keyPath == error.keyPath
            })
        else { return }
        errors.append(error)
    }

    /// Counts a value that is read; false when there were too many.
    func spend() -> Bool {
        budget -= 1
        return budget >= 0
    }
}

/// Ends the reading of a value whose mistakes are already recorded.
struct DeclarationFailure: Error {}
