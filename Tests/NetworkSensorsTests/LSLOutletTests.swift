import Declarations
import Link
import Testing

@testable import NetworkSensors

/// What of a session goes to the network, and how it is called there.
@Suite struct LSLOutletTests {
    private func item(_ event: JSONValue?, stream: String = "", count: Int = 1) -> StreamItem {
        StreamItem(
            stream: stream, kind: event == nil ? .samples : .event, firstIndex: 0, count: count,
            timeNs: 5_000_000_000, periodNs: 1_000_000_000 / 3, boundNs: 0, channels: ["a"],
            values: "", event: event, missed: 0)
    }

    private func event(_ kind: String, _ payload: JSONValue) -> JSONValue {
        ["kind": .string(kind), "payload": payload]
    }

    @Test func whatHappensHasATextWithoutWhatWasWritten() {
        #expect(LSLMarker.text(item(event("phase", ["phase": "baseline"]))) == "phase baseline")
        #expect(
            LSLMarker.text(item(["label": "now", "actor": "lab", "detail": [:]])) == "mark now")
        #expect(
            LSLMarker.text(
                item(
                    event("turn", ["author": "client", "number": 3, "text": "secret"]),
                    stream: "chat"))
                == "turn client 3")
        #expect(
            LSLMarker.text(item(event("turn", ["author": "participant", "text": "secret"])))
                == "turn participant")
        #expect(LSLMarker.text(item(event("paused", ["reason": "secret"]))) == "paused")
    }

    @Test func keysDraftsAndAnswersAreNotTold() {
        #expect(
            LSLMarker.text(item(["class": "letter", "action": "press"], stream: "keys")) == nil)
        // A client's event that looks like a mark, in a stream of its own.
        #expect(LSLMarker.text(item(["label": "x"], stream: "keys")) == nil)
        for kind in ["draft_edit", "consent", "focus", "emotion", "suggestion", "marker"] {
            #expect(LSLMarker.text(item(event(kind, ["text": "secret", "label": "x"]))) == nil)
        }
        #expect(LSLMarker.text(item(nil)) == nil)
    }

    @Test func timesOfAPieceDoNotAddUpTheirRounding() {
        let piece = item(nil, count: 4)
        #expect(
            SessionOutlets.stamps(piece) == [
                5_000_000_000, 5_333_333_333, 5_666_666_667, 6_000_000_000,
            ])
        #expect(SessionOutlets.stamps(item(nil, count: -1)) == [])
    }

    @Test func stampsAreSecondsOfTheLibrarysClock() {
        #expect(LSLOutlet.seconds(1_500_000_000, 0) == 1.5)
        #expect(LSLOutlet.seconds(1_500_000_000, 500_000_000) == 1)
        // liblsl would take 0 for "now".
        #expect(LSLOutlet.seconds(7, 7) == 1e-9)
        // A machine that is up for years: still far below a microsecond.
        let late: Int64 = 300_000_000_123_456_789
        #expect(abs(Int64((LSLOutlet.seconds(late, 0) * 1e9).rounded()) - late) < 100)
    }

    @Test func textsAreSuchAsXMLCanHold() {
        #expect(LSLOutlet.text("a\u{0}b\u{1B}c\u{FFFF}\tü<&") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}\tü<&")
    }

    @Test func typesAreTheUsualWords() {
        func description(_ name: String, _ labels: [String]) -> LSLOutletDescription {
            LSLOutletDescription(
                name: name, sourceID: "", rate: nil,
                content: .samples(labels.map { .init(label: $0, unit: "") }), origin: [])
        }
        #expect(description("polar-h10.ecg", ["value"]).type == "ECG")
        #expect(description("grove-gsr", ["raw"]).type == "GSR")
        #expect(description("bitalino", ["ecg", "eda"]).type == "Misc")
        #expect(description("bitalino", ["acc_x", "acc_y"]).type == "Accelerometer")
        #expect(LSLOutletDescription.type(of: "eda", in: "bitalino.ecg") == "GSR")
        // Parts of other words are none: a "chrome" has no HR.
        #expect(description("chrome", ["a1"]).type == "Misc")
        #expect(
            LSLOutletDescription(name: "m", sourceID: "", rate: nil, content: .markers, origin: [])
                .type == "Markers")
    }

    @Test func whatIsOfferedIsReadFromTheSettings() throws {
        func publication(_ text: String) throws -> NetworkSettings.Publication? {
            try DeclarationDocument(text: text, file: "net.yaml").decode(NetworkSettings.self)
                .publish
        }
        #expect(try publication("lsl: []\n") == nil)
        let everything = try #require(try publication("publish: {}\n"))
        #expect(everything.wants("any") && everything.markers && everything.participant == nil)
        let some = try #require(
            try publication("publish: {streams: [ecg], markers: false, participant: p1}\n"))
        #expect(some.wants("ecg") && !some.wants("eda") && !some.markers)
        #expect(throws: (any Error).self) { try publication("publish: {stream: [ecg]}\n") }
        #expect(throws: (any Error).self) {
            try publication("publish: {streams: [], markers: false}\n")
        }
    }
}
