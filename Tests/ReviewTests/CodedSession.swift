import Foundation
import SessionStore
import TestSupport
import Timebase

@testable import Review

/// A finished session with a few annotations of every kind.
struct CodedSession {
    let directory: TemporaryDirectory
    let path: String
    let scheme: CodingSchemeText
    static let start = Instant(nanoseconds: 5_000_000_000)

    static let schemeText = """
        name: test
        version: "3"
        title: Test
        groups: [{name: stance, title: Stance}]
        codes:
          - {code: asks, title: Asks, kind: interval, group: stance, definition: "a < b & c"}
          - {code: tells, title: Tells, kind: interval, group: stance}
          - {code: laughs, title: Laughs, kind: interval}
          - {code: peak, title: Peak, kind: point, parent: laughs}
          - code: cue
            title: Cue
            kind: span
            modifiers: [{name: severity, kind: number}]

        """

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("20261121T093000Z-chat.attune")
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "0b9b8f3e-0000-4000-8000-000000000001", kind: .chat, study: "pilot",
                participant: "P01", station: "lab", softwareVersion: "1", bootIdentifier: "boot",
                started: Self.start, startedRealtime: 1),
            streams: [
                StreamDescription(
                    id: 3, name: "ecg", kind: "signal",
                    channels: [ChannelDescription(name: "mv")])
            ])
        var batch = SessionBatch()
        batch.turns = [
            Turn(
                number: 1, author: "client", text: "I am \"sad\" 😞 & tired", sent: Self.second(1),
                bound: 0),
            Turn(
                number: 2, author: "participant", text: "Why?", composedFrom: Self.second(2),
                sent: Self.second(3), bound: 0),
        ]
        batch.stateChange = SessionStateChange(state: .stopped, at: Self.second(60))
        try writer.commit(batch)
        try writer.close()
        _ = try SessionFinisher(path: path).run()
        scheme = CodingSchemeText(
            actor: "anna", name: "test", version: "3", text: Self.schemeText)
        _ = try SessionReview(path: path).add(scheme)
        _ = try SessionReview(path: path).put(changes, actor: "anna")
    }

    static func second(_ seconds: Double) -> Instant { start + Int64((seconds * 1e9).rounded()) }

    func change(
        _ code: String, _ kind: AnnotationKind, _ from: Double?, _ to: Double? = nil,
        layer: String = "anna", isCoded: Bool = true
    ) -> AnnotationChange {
        AnnotationChange(
            change: UUID().uuidString.lowercased(), annotation: UUID().uuidString.lowercased(),
            action: .add, layer: layer, scheme: isCoded ? "test" : nil,
            schemeVersion: isCoded ? "3" : nil, schemeSHA256: isCoded ? scheme.sha256 : nil,
            kind: kind, code: code, start: from.map(Self.second), end: to.map(Self.second))
    }

    private var changes: [AnnotationChange] {
        var cue = change("cue", .span, nil)
        (cue.turn, cue.spanStart, cue.spanEnd) = (1, 5, 13)
        cue.modifiers = #"{"severity":4}"#
        cue.note = "line one\n\"two\"\u{B}"
        var artefact = change("movement", .artefact, 50, 52, layer: "signals", isCoded: false)
        artefact.stream = 3
        return [
            change("asks", .interval, 10.0004, 12), change("tells", .interval, 12, 14.5),
            change("asks", .interval, 14.5, 15), change("laughs", .interval, 20, 30),
            change("laughs", .interval, 25, 28), change("peak", .point, 21), cue,
            change("marker", .point, 40, isCoded: false), artefact,
            change("tells", .interval, 11, 13, layer: "ben"),
        ]
    }
}
