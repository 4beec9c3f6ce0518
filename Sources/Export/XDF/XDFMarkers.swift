import Foundation
import SessionStore
import Timebase

/// A stream of markers in an XDF file.
struct XDFMarkers {
    var name: String
    /// What a marker is, in words.
    var meaning: String
    /// The table of the same, which a selection of tables names.
    var table: String
    /// Hands out all markers.
    var forEach: ((Instant, String) throws -> Void) throws -> Void
}

extension SessionExport {
    /// All streams of markers of the session; those of tables that were not asked for are left out.
    func xdfMarkers() -> [XDFMarkers] {
        var all = streams.filter { $0.kind == "keys" }.map { stream in
            XDFMarkers(
                name: stream.name,
                meaning: "A key that went down or came up: its class, and down or up",
                table: "keystrokes"
            ) { body in
                var moments: [(Instant, String)] = []
                for key in try self.reader.keystrokes(stream.id) where self.takes(key.pressed) {
                    moments.append((key.pressed, "\(key.keyClass) down"))
                    if let released = key.released {
                        moments.append((released, "\(key.keyClass) up"))
                    }
                }
                try Self.inOrder(moments, body)
            }
        }
        all += [
            XDFMarkers(
                name: "turns",
                meaning: "A message began to be written, was sent, or stood on the participant's "
                    + "screen: turn, its number, its author, and began, sent or shown",
                table: "turns"
            ) { body in
                var moments: [(Instant, String)] = []
                for turn in try self.turns() {
                    let name = "turn \(turn.number ?? 0) \(turn.author)"
                    if let began = turn.composedFrom { moments.append((began, "\(name) began")) }
                    moments.append((turn.sent, "\(name) sent"))
                    if let shown = turn.shown { moments.append((shown, "\(name) shown")) }
                }
                try Self.inOrder(moments, body)
            },
            XDFMarkers(
                name: "turn texts",
                meaning: "The whole text of a message, at the moment of its sending, in the order "
                    + "of the markers that say sent", table: "turns"
            ) { body in
                for turn in try self.turns() { try body(turn.sent, turn.text) }
            },
            events("marks", "A mark") { ["mark", "mark_out"].contains($0) },
            events("suggestions", "What was suggested to the participant, and what came of it") {
                ["suggestions", "suggestion_inserted", "provenance"].contains($0)
            },
            events("emotions", "An emotion that a message was found to show") {
                ["emotion", "persona_state"].contains($0)
            },
            events("events", "Anything else that happened") { kind in
                ![
                    "mark", "mark_out", "suggestions", "suggestion_inserted", "provenance",
                    "emotion", "persona_state",
                ].contains(kind)
            },
            XDFMarkers(
                name: "phases", meaning: "A phase of the protocol: its name, and begins or ends",
                table: "phases"
            ) { body in
                for (phase, ended) in self.stays() {
                    try body(phase.started, "\(phase.name) begins")
                    if let ended { try body(ended, "\(phase.name) ends") }
                }
            },
            XDFMarkers(
                name: "gaps",
                meaning: "Something is missing from here on, in a stream: JSON, with the time of "
                    + "the next sample that is there (until)", table: "gaps"
            ) { body in
                for (name, gap) in try self.gaps() {
                    let words = GapWords(
                        stream: name, cause: gap.cause.rawValue,
                        until: XDFStream.seconds(gap.end.nanoseconds), lost: gap.lost,
                        lostBound: gap.lostBound == .max ? nil : gap.lostBound)
                    try body(gap.start, words.text)
                }
            },
            XDFMarkers(
                name: "clock segments",
                meaning: "From this sample of a stream on, times lie on a line, and 95% of their "
                    + "errors are below bound seconds: JSON", table: "clock_segments"
            ) { body in
                for stream in self.streams {
                    for segment in try self.reader.clockSegments(stream.id)
                    where self.takes(segment.origin) {
                        let words = SegmentWords(
                            stream: stream.name, firstIndex: segment.firstIndex,
                            lastIndex: segment.lastIndex, period: segment.period / 1e9,
                            bound: Double(segment.bound) / 1e9, method: segment.method)
                        try body(segment.origin, words.text)
                    }
                }
            },
        ]
        return all.filter { selection.takes(table: $0.table) }
    }

    private func events(
        _ name: String, _ what: String, _ takes: @escaping (String) -> Bool
    ) -> XDFMarkers {
        XDFMarkers(
            name: name, meaning: "\(what): its kind, a space, and what more is known (JSON)",
            table: "events"
        ) { body in
            try self.forEachEvent { event in
                guard takes(event.kind) else { return }
                try body(event.time, "\(event.kind) \(self.names.payload(event.payload))")
            }
        }
    }

    private static func inOrder(
        _ moments: [(Instant, String)], _ body: (Instant, String) throws -> Void
    ) rethrows {
        // `sorted` keeps the order of those at the same moment.
        for (time, text) in moments.sorted(by: { $0.0 < $1.0 }) { try body(time, text) }
    }
}

private struct GapWords: Encodable, JSONLine {
    var stream: String
    var cause: String
    var until: Double
    var lost: Int64
    var lostBound: Int64?
}

private struct SegmentWords: Encodable, JSONLine {
    var stream: String
    var firstIndex: Int64
    var lastIndex: Int64
    var period: Double
    var bound: Double
    var method: String
}

/// An object of JSON on one line, its members in alphabetical order and in snake_case.
private protocol JSONLine: Encodable {}

extension JSONLine {
    fileprivate var text: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers that JSON lacks cannot come from a session file's columns but for a damaged period.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
