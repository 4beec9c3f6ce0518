import Link

/// A moment worth a look.
struct PlaybackPeak: Hashable, Sendable {
    enum Kind: String, Sendable {
        /// A large skin conductance response.
        case response = "scr"
        /// A large rise of the heart rate.
        case heartRate = "heart-rate"
        /// A long pause in writing.
        case writingPause = "writing-pause"
        /// A long time before an answer was begun.
        case answerPause = "answer-pause"
    }

    /// Seconds since the session's start.
    var time: Double
    var kind: Kind
    /// How large it is, in words with the unit.
    var label: String
    /// How large it is; comparable within a kind.
    var size: Double

    var json: JSONValue {
        [
            "t_s": .real(time), "kind": .string(kind.rawValue), "label": .string(label),
            "size": .real(size),
        ]
    }
}
