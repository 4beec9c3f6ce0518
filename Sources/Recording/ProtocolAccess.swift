import Declarations
import Link
import SessionStore
import StudyProtocol
import SystemCalls
import Timebase

/// Study protocols as sessions use them.
enum ProtocolAccess {
    struct Loaded {
        var name = ""
        var version = ""
        var text = ""
        var phases: [String] = []
    }

    /// Loads a protocol by its name; no name gives a session without phases of its own.
    /// - Parameter kind: of the session, whose phases these are.
    static func load(_ name: String?, kind: SessionKind = .chat) throws -> Loaded {
        guard let name, !name.isEmpty else { return Loaded() }
        guard let path = Places.study(named: name) else {
            throw ControlError.invalidName(
                name,
                reason: "there is no such study protocol; known are: "
                    + Places.studyNames.joined(separator: ", "))
        }
        do throws(DeclarationErrors) {
            let plan = try StudyPlan.load(path: path)
            return Loaded(
                name: plan.name, version: "\(plan.version)", text: plan.text,
                phases: plan.phases(of: kind).map(\.name))
        } catch {
            throw ControlError.invalidName(name, reason: "\(error)")
        }
    }

    /// A protocol's text as a session file keeps it, read; nil without one, or where it cannot be read.
    static func plan(of text: String) -> StudyPlan? {
        text.isEmpty ? nil : try? StudyPlan.read(text, file: "protocol")
    }

    /// The phases of a protocol's text, as a session file keeps it.
    static func phases(of text: String, kind: SessionKind) -> [String] {
        guard !text.isEmpty, let plan = try? StudyPlan.read(text, file: "protocol") else {
            return []
        }
        return plan.phases(of: kind).map(\.name)
    }

    /// The phases in which keyboard and pointer may be read; nil without a protocol, where nothing
    /// says that they may not. A text that cannot be read permits none.
    static func inputPhases(of text: String) -> [String]? {
        guard !text.isEmpty else { return nil }
        guard let plan = try? StudyPlan.read(text, file: "protocol") else { return [] }
        return plan.phases.filter(\.permitsKeys).map(\.name)
    }

    /// Whether a protocol asks for consent to store which keys are pressed.
    static func asksForKeyCodes(_ text: String) -> Bool {
        guard !text.isEmpty, let plan = try? StudyPlan.read(text, file: "protocol") else {
            return false
        }
        return plan.isCovered(.keyContent, by: [.keyContent])
    }

    /// The phase that a session's file says is open.
    static func openPhase(_ path: String) -> String? {
        guard let reader = try? SessionReader.open(at: path, alignment: .recorded),
            let phases = try? reader.phases()
        else { return nil }
        return phases.last { $0.ended == nil }?.name
    }
}
