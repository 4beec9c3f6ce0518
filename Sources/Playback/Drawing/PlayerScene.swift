import SessionStore
import Timebase

/// All that a frame shows, as plain values; `FrameBuilder` draws it.
public struct PlayerScene: Sendable {
    /// Keys pressed in each column of the plots, and whether a key stream has a gap there.
    public struct Keys: Hashable, Sendable {
        public var counts: [Int] = []
        public var isGap: [Bool] = []
        /// Keys a second over the last five seconds.
        public var rate = 0.0
        public init() {}
    }

    /// A track with what is to be plotted of it.
    public struct Track: Hashable, Sendable {
        public var track: SignalTrack
        /// As many columns as the plot has places for dots across.
        public var window: SignalWindow
        /// The value at the present moment; NaN where there is none.
        public var value: Double
        /// Whether the present moment lies in a gap.
        public var isGap: Bool
    }

    /// Someone is composing a turn.
    public struct Writing: Hashable, Sendable {
        public var author: String
        /// Nanoseconds since the first key.
        public var since: Int64
    }

    /// Who takes part in what, such as `P07 · pilot-study · chat`.
    public var title = ""
    public var state = SessionState.finished
    /// Where times are counted from.
    public var start = Instant(nanoseconds: 0)
    public var range = Instant(nanoseconds: 0)...Instant(nanoseconds: 0)
    public var position = Instant(nanoseconds: 0)
    public var rate = 1.0
    public var isPlaying = false
    public var phase: String?
    /// Largest clock bound of the moment, in nanoseconds.
    public var bound: Int64?
    /// Up to the present, the newest last; at least as many as the transcript has rows.
    public var notes: [Happening] = []
    public var writing: Writing?
    /// Phases, marks and gaps of the whole session, for the strip.
    public var landmarks: [Happening] = []
    /// Marks, phases and turns within the plots.
    public var near: [Happening] = []
    /// Start of the first column of the plots, and nanoseconds of a character's column.
    public var plotStart = Instant(nanoseconds: 0)
    public var columnWidth: Int64 = 1
    public var keys = Keys()
    public var tracks: [Track] = []
    /// Tracks that there are beyond those shown.
    public var hiddenTracks = 0
    /// Something to be told once, such as that the end is reached.
    public var message: String?
    public var showsHelp = false

    public init() {}
}
