/// Which change of a draft a key of a class may make.
enum KeyEditMatch {
    private static let writing: Set<String> = ["letter", "digit", "punctuation"]
    private static let written: Set<String> = ["letter", "digit", "punctuation", "other", "emoji"]

    /// Whether a key of a class changes a draft. Enter makes a line at most, and mostly sends.
    static func changesDrafts(_ keyClass: String) -> Bool {
        writing.contains(keyClass) || keyClass == "space" || keyClass == "enter"
            || keyClass == "backspace" || keyClass == "delete"
    }

    /// How well they fit, 0…1; 0 where they cannot.
    ///
    /// Key classes are places on the keyboard: on many layouts a letter lies where another has
    /// punctuation, digits need shift, and a dead key gives its character with the next one.
    static func fit(_ keyClass: String, _ editClass: String) -> Double {
        if writing.contains(keyClass) {
            return keyClass == editClass ? 1 : written.contains(editClass) ? 0.8 : 0
        }
        return switch (keyClass, editClass) {
        case ("space", "space"), ("backspace", "delete"), ("delete", "delete"): 1
        case ("enter", "space"): 0.8
        // Text that is corrected when its word ends.
        case ("space", "other"), ("space", "punctuation"): 0.6
        default: 0
        }
    }
}
