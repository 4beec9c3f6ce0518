import Declarations
import Foundation
import SimulatedClient
import StudyProtocol
import Testing

@Suite struct PersonaCheckTests {
    private static let names: [String] = {
        let folder = "\(Checkout.root)/Protocols/personas"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test(arguments: names, [1, 5])
    func shippedPersonasPassTheirOwnCheck(_ name: String, _ seed: Int) async throws {
        let persona = try Checkout.persona(name)
        #expect(persona.name == name)
        guard persona.role == .client else { return }
        let report = try await PersonaCheck(persona, seed: seed).run()
        #expect(report.isGood, "\(report.findings.map(\.text))")
        #expect(report.conversations.count == 6)
    }

    /// A client that alarms the operator with its own shipped lines would make alarms worthless.
    @Test(arguments: names)
    func noShippedLineAlarms(_ name: String) throws {
        let rules = try SafetyRules.load(named: "en", sessionLanguage: "en")
        let persona = try Checkout.persona(name)
        let lines: [String]
        switch persona.form {
        case .script(let script): lines = script.rules.flatMap(\.say) + script.otherwise
        case .character(let character):
            lines =
                character.replies.flatMap(\.say) + character.disclosures.flatMap(\.say)
                + (character.voice.leads ?? []).flatMap(\.say)
        }
        for line in lines + [persona.opening ?? ""] {
            let finding = rules.check(line, side: .client, permits: [])
            #expect(finding == nil, "\(line)")
        }
    }

    @Test func thereAreSeveral() {
        #expect(Self.names.contains("maya") && Self.names.contains("victor"))
        #expect(Self.names.contains("distressed-client"))
    }

    @Test func aPersonaThatAgreesToEverythingFails() async throws {
        let path = "\(Checkout.root)/Protocols/personas/maya.yaml"
        var text = try String(contentsOfFile: path, encoding: .utf8)
        text = text.replacing("adviceFrom: 0.55", with: "adviceFrom: 0.5")
        // It goes along with early advice, and tells its mother's story to anyone.
        text = text.replacing(
            "  - on: [early-advice]\n    say:",
            with: "  - on: [early-advice]\n    stance: agrees\n    say:")
        text = text.replacing(
            "      - I know. I know all the things one should do. I could write that list myself.",
            with: "      - My mother said so too. You should be proud.")
        let report = try await PersonaCheck(Persona.read(text, file: "changed.yaml")).run()
        let kinds = Set(report.findings.map(\.kind))
        #expect(kinds.contains("cooperativeness"))
        #expect(kinds.contains("disclosure"))
        #expect(kinds.contains("role"))
    }

    @Test func repetitionIsFound() async throws {
        let model = FakeLanguageModel([FakeLanguageModel.reply("I don't know what to say to that.")]
        )
        let report = try await PersonaCheck(Checkout.persona("maya"), model: model)
            .run(supporters: ["listener"], turns: 8)
        // The first reply is the model's; then it repeats itself, and the script stands in.
        #expect(report.client == "model/fake/maya/1")
        #expect(report.conversations.first?.repeats == 0)
    }

    @Test func mistakesAreToldWithTheirPlace() throws {
        let path = "\(Checkout.root)/Protocols/personas/maya.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for (old, new, message) in [
            ("after: mother", "after: nobody", "expected a disclosure that stands before"),
            ("phases: [guarded]", "phases: [shy]", "expected one of the phases above"),
            ("withholding: 0.4", "withholding: 4", "expected 0.0 to 1.0"),
            ("mood: fear", "mood: disgust", "expected one of feelings.shows"),
            ("start: 0.22", "start: 0.99", "expected 0.02 to 0.92"),
            ("vignette: >-", "vignete: >-", "vignete"),
            ("on: [machine-question]", "on: [greeting]", "machine-question"),
        ] {
            do {
                _ = try Persona.read(text.replacing(old, with: new), file: "maya.yaml")
                Issue.record("no error for \(new)")
            } catch {
                #expect(error.description.contains(message), "\(error.description)")
                #expect(error.description.hasPrefix("maya.yaml:"))
            }
        }
    }
}
