/// Which sessions a figure was computed from, each in which version: what a figure's files name, so that
/// the same numbers can be had again, or be told from later ones.
struct FigureSources: Sendable {
    /// One session as it was read.
    struct Source: Hashable, Sendable {
        var session: String
        var participant: String
        /// Number of the alignment in the review file; 0 with the session's own times.
        var alignment: Int64
        /// Version of the corrections of signals: the largest id of such an annotation, 0 for none.
        var corrections: Int64
        /// How many corrections of emotions there were.
        var emotionCorrections: Int
        /// Kinds of data that the participant does not agree to be shown.
        var withheld: [String]
    }

    let sources: [Source]

    /// A short text that differs where any of it differs, and is the same on every station.
    var version: String {
        ShortHash.text(
            Array(
                table.rows.map { $0.joined(separator: "\t") }.sorted()
                    .joined(separator: "\n").utf8))
    }

    var table: FigureTable {
        FigureTable(
            header: [
                "participant", "session", "alignment", "corrections", "emotion_corrections",
                "withheld",
            ],
            rows: sources.map {
                [
                    $0.participant, $0.session, "\($0.alignment)", "\($0.corrections)",
                    "\($0.emotionCorrections)", $0.withheld.joined(separator: " "),
                ]
            })
    }
}
