import Link
import Playback
import SessionStore
import Timebase

/// A commentary as its file has it: the map, the sound, what was asked and noted, the transcript. Times in
/// seconds since the start of the commentary (`speech_s`), of the session that it looks back on
/// (`session_s`), or of a sound's file (`file_s`).
struct StoredCommentary: Encodable, Sendable {
    struct Move: Encodable, Sendable {
        var speechS: Double
        var sessionS: Double
        var rate: Double
        var playing: Bool
        var by: String
        var cause: String
    }

    struct Sound: Encodable, Sendable {
        struct Piece: Encodable, Sendable {
            var fileS: Double
            var speechS: Double
            var seconds: Double
            /// Seconds of the commentary in a second of the file.
            var speechPerFile: Double
            var silenceS: Double
            var boundMs: Double
        }

        var stream: String
        var rateHz: Int
        var seconds: Double
        var firstS: Double
        var boundMs: Double
        /// By how much the file's own time runs away from the commentary's.
        var driftMs: Double
        var pieces: [Piece]
    }

    struct Remark: Encodable, Sendable {
        var speechS: Double
        var sessionS: Double?
        var kind: String
        var by: String?
        var text: String?
        var cue: String?
        var label: String?
        var origin: String?
        var delayMs: Int64?
    }

    struct Speech: Encodable, Sendable {
        var speechS: Double
        var speaker: String?
        var prompted: Bool
        var view: String
    }

    struct Words: Encodable, Sendable {
        struct Segment: Encodable, Sendable {
            var fromS: Double
            var toS: Double
            var sessionFromS: Double?
            var sessionToS: Double?
            var speaker: String
            var text: String
            var words: JSONValue
        }

        var id: Int64
        var source: String
        var language: String
        var actor: String
        var segments: [Segment]
    }

    var id: String
    var session: String
    var state: String
    var startedUtcNs: Int64
    var durationS: Double
    var delayMs: Int64?
    var map: [Move]
    var cues: [Remark]
    var prompts: [Remark]
    var notes: [Remark]
    var speech: [Speech]
    /// All of it in one file, as it is played; nil without any.
    var sound: Sound?
    /// Each microphone's own.
    var audio: [Sound]
    var transcript: Words?
}
