import Declarations
import Foundation
import SessionStore
import StudyProtocol

// The program that libFuzzer drives: the texts of study protocols. See fuzz.sh. Whatever one says, there is a
// plan or words for what is wrong, and a plan can be gone through as sessions, chat, console and exports do.

/// libFuzzer calls this first. With FUZZ_MAKE_SEEDS, writes the protocol that has all keys into that folder,
/// and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer)
    -> CInt
{
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_MAKE_SEEDS"] else { return 0 }
    for (name, text) in [("everything", everything)] {
        guard (try? StudyPlan.read(text, file: name)) != nil else {
            fatalError("the protocol \(name) is not read")
        }
        guard
            FileManager.default.createFile(
                atPath: "\(folder)/seed-\(name)", contents: Data(text.utf8))
        else { fatalError("\(folder)/seed-\(name) cannot be written") }
    }
    exit(0)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer keeps the bytes for the call, in which they are copied.
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    do throws(DeclarationErrors) {
        let document = try DeclarationDocument(bytes: bytes, file: "protocol")
        use(try StudyPlan.read(document.text, file: "protocol"))
    } catch {
        if "\(error)".isEmpty { fatalError("a protocol is refused without words") }
    }
    return 0
}

private func use(_ plan: StudyPlan) {
    // What a session stores is read again later, by others.
    guard let again = try? StudyPlan.read(plan.text, file: "protocol"), again == plan else {
        fatalError("a protocol's own text gives another one")
    }
    _ = (plan.notes, plan.personas, plan.consentNames(endpoint: "http://127.0.0.1:11434/v1"))
    goThrough(plan)
    let conditions = assign(plan)
    for questionnaire in plan.questionnaires {
        for condition in conditions { ask(questionnaire, plan, condition) }
    }
    _ = QuestionnairePreview.page(plan.questionnaires, title: plan.title, language: plan.language)
    for answer in [true, false] {
        let rule = ConsentRule(
            plan,
            answers: Dictionary(
                plan.consent.map { ($0.name.rawValue, answer) }, uniquingKeysWith: { $1 }))
        for data in ConsentTier.Data.allCases {
            if rule.permits(data) != (rule.refusal(of: data) == nil) {
                fatalError("\(data) is permitted and refused")
            }
        }
    }
}

private func goThrough(_ plan: StudyPlan) {
    for kind in [SessionKind.chat, .commentary] {
        var procedure = Procedure(plan, kind: kind)
        var left = plan.phases.count + 1
        while let next = procedure.allowedNext.first {
            do throws(ProcedureError) {
                if let deviation = try procedure.enter(next.name) { fatalError("\(deviation)") }
            } catch {
                fatalError("\(error)")
            }
            left -= 1
            if left < 0 { fatalError("the procedure does not end") }
        }
        _ = procedure.end()
    }
    for phase in plan.phases {
        _ = (plan.questionnaires(in: phase), phase.permitsKeys)
        _ = Procedure(plan).fitting(before: phase.name)
    }
}

/// Conditions as participants get them, and none.
private func assign(_ plan: StudyPlan) -> [[String: String]] {
    guard let conditions = plan.conditions else { return [[:]] }
    var found: [[String: String]] = [[:]]
    var held: [HeldSlot] = []
    for _ in 0..<3 {
        let assignment = conditions.assign(held: held)
        held.append(HeldSlot(slot: assignment.slot, isDropout: held.count == 1))
        found.append(assignment.condition(visit: held.count))
    }
    _ = conditions.assignment(slot: .max)
    for condition in found { _ = plan.effectiveChat(condition: condition) }
    return found
}

private func ask(
    _ questionnaire: Questionnaire, _ plan: StudyPlan, _ condition: [String: String]
) {
    let seed = plan.orderSeed(participant: "P01", visit: 1)
    let ordered = questionnaire.ordered(seed: seed)
    if ordered.map(\.name).sorted() != questionnaire.items.map(\.name).sorted() {
        fatalError("an order of \(ordered.count) of \(questionnaire.items.count) items")
    }
    let answers: [Answer] = [
        .none, .number(1), .number(.infinity), .number(-1e300), .text("yes"),
        .choices([1, .max], texts: [1: "x"]), .choices([.min]),
    ]
    for answer in answers {
        let given = Dictionary(
            questionnaire.items.map { ($0.name, answer) }, uniquingKeysWith: { $1 })
        _ = questionnaire.items(for: given, condition: condition, seed: seed)
        _ = questionnaire.check(given, condition: condition)
        _ = questionnaire.score(given, condition: condition)
        for item in questionnaire.items {
            for variable in item.variables { _ = variable.value(of: answer) }
        }
    }
    let page = questionnaire.page(condition: condition, seed: seed)
    if (try? JSONEncoder().encode(page)) == nil { fatalError("a page that cannot be sent") }
    _ = QuestionnairePreview.text(questionnaire, width: 40)
}
