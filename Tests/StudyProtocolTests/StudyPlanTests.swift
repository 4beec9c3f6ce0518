import Declarations
import StudyProtocol
import Testing

let protocolDirectory =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/") + "/Protocols"

private let small = """
    name: s
    version: 1
    title: S
    phases:
      - {name: a, title: A, kind: baseline}
      - {name: b, title: B, kind: other, optional: true}
      - {name: c, title: C, kind: chat}
      - {name: d, title: D, kind: debrief}
    consent:
      - {name: sensors, title: T, covers: [signals]}
    chat: {script: x}
    """

/// Any file with a name; its other keys are another's business.
private struct Named: Decodable {
    init(from decoder: any Decoder) throws {
        _ = try decoder.singleValueContainer()
        #expect(decoder.declaredForm == .mapping)
    }
}

private func mistakes(_ text: String) -> [String] {
    do {
        _ = try StudyPlan.read(text, file: "s.yaml")
        return []
    } catch {
        return error.errors.map(\.description)
    }
}

@Suite struct StudyPlanTests {
    @Test(arguments: ["pilot", "peer-support"])
    func shippedProtocolsAreRight(_ name: String) throws {
        let plan = try StudyPlan.load(path: "\(protocolDirectory)/studies/\(name).yaml")
        #expect(plan.name == name)
        #expect(plan.phases.contains { $0.kind == .chat })
        #expect(!plan.isCovered(.draftText, by: [.sensors, .keyTiming, .conversation]))
        #expect(plan.isCovered(.draftText, by: [.draftText]))
        #expect(plan.isCovered(.signals, by: [.sensors]))
        #expect(plan.chat?.model == nil && plan.notes.allSatisfy { $0.contains("on paper") })
        for (_, persona) in plan.personas {
            #expect(throws: Never.self) {
                try Declaration.load(
                    Named.self, path: "\(protocolDirectory)/personas/\(persona).yaml")
            }
        }
    }

    @Test(arguments: [
        (
            "kind: baseline", "kind: bassline",
            "s.yaml:5:31: phases[0].kind: expected one of consent, fitting, baseline, briefing, chat, ratings, think-aloud, debrief, other, found 'bassline'"
        ),
        ("name: b,", "name: a,", "s.yaml:6:12: phases[1].name: 'a' is the name of two phases"),
        (
            "chat: {script: x}", "",
            "s.yaml:7:31: phases[2].kind: expected the key chat with a persona, since there is a chat phase"
        ),
        (
            "covers: [signals]", "covers: []",
            "s.yaml:10:39: consent[0].covers: expected at least one of turns, signals, keys, key-content, pointer, draft-edits, draft-text, audio, model-requests"
        ),
        (
            "covers: [signals]", "covers: [draft-text]",
            "s.yaml:10:40: consent[0].covers[0]: draft-text needs a tier of its own, named draft-text"
        ),
        (
            "covers: [signals]", "covers: [key-content]",
            "s.yaml:10:40: consent[0].covers[0]: key-content needs a tier of its own, named key-content"
        ),
        (
            "kind: debrief", "kind: debrief, durationSeconds: 0",
            "s.yaml:8:57: phases[3].durationSeconds: expected 1.0 to 86400.0, found 0.0"
        ),
        (
            "optional: true", "optinal: true",
            "s.yaml:6:38: phases[1].optinal: there is no such key; did you mean 'optional'?"
        ),
        ("version: 1", "version: 0", "s.yaml:2:10: version: expected 1 to 1000000, found 0"),
    ])
    func mistakesHaveAPlace(_ right: String, _ wrong: String, _ message: String) {
        #expect(mistakes(small).isEmpty)
        #expect(mistakes(small.replacing(right, with: wrong)) == [message])
    }

    @Test func keysArePermittedInChatsUnlessItSaysOtherwise() throws {
        func permitted(_ text: String) throws -> [String] {
            try StudyPlan.read(text, file: "s").phases.filter(\.permitsKeys).map(\.name)
        }
        #expect(try permitted(small) == ["c"])
        #expect(
            try permitted(
                small.replacing("kind: chat", with: "kind: chat, keys: false")
                    .replacing("kind: debrief", with: "kind: debrief, keys: true")) == ["d"])
        #expect(try !StudyPlan.read(small, file: "s").isCovered(.keyContent, by: [.keyContent]))
    }
}
