import Link
import Testing

@testable import SimulatedClient

/// A model's look at a text, beside the rules.
@Suite struct SafetyModelTests {
    private func rules() throws -> SafetyRules {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return try SafetyRules.load(
            language: "en", directory: root.joined(separator: "/") + "/Protocols/safety")
    }

    private func model(saying json: String) throws -> TestModel {
        let encoded = Array(json.utf8).base64.replacing("+", with: "-").replacing("/", with: "_")
        return try TestModel("say:\(encoded.replacing("=", with: ""))#safety")
    }

    @Test func findingsOfAModelHaveTheSameForm() async throws {
        let test = try model(
            saying: """
                {"findings": [
                  {"category": "self-harm-passive", "severity": "warning", "words": "see no way"},
                  {"category": "distress", "severity": "notice", "words": "not in the text"}]}
                """)
        let check = SafetyModelCheck(model: test.model, rules: try rules())
        let text = "Hm 🙂, I see no way on."
        let result = await check.findings(in: text, side: .participant, withQuotes: true)
        #expect(result.isComplete)
        #expect(result.exchange.purpose == "safety")
        #expect(result.findings.map(\.category) == ["distress", "self-harm-passive"])
        #expect(result.findings.last?.quote == "see no way")
        #expect(result.findings.last?.start == 9)
        #expect(result.findings.allSatisfy { $0.rule == "model" && $0.source.hasPrefix("model/") })
        #expect(result.findings.first?.length == text.utf16.count)
        let permitted = await check.findings(
            in: text, side: .client, permits: ["self-harm-passive"])
        #expect(permitted.findings.map(\.category) == ["distress"])
        #expect(permitted.findings.allSatisfy { $0.quote == nil })
    }

    @Test func aModelThatFailsIsNotTakenForSafety() async throws {
        for behaviour in ["401#safety", "refusal#safety", "not-json#safety"] {
            let test = try TestModel(behaviour)
            let check = SafetyModelCheck(model: test.model, rules: try rules())
            let result = await check.findings(in: "I want to die", side: .participant)
            #expect(!result.isComplete)
            #expect(result.findings.isEmpty)
        }
        let unknown = try model(
            saying: #"{"findings": [{"category": "x", "severity": "warning", "words": ""}]}"#)
        let check = SafetyModelCheck(model: unknown.model, rules: try rules())
        #expect(await !check.findings(in: "a", side: .participant).isComplete)
    }
}
