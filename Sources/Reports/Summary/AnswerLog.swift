import Foundation
import SessionStore
import StudyProtocol
import Timebase

/// The answers of a session, put together out of its events of kind `answers`, which tell changes.
///
/// A questionnaire is asked anew each time its phase is entered. Pure; used by one thread.
public struct AnswerLog {
    /// A questionnaire as it was answered in one phase.
    public struct Asking {
        public var questionnaire: String
        /// nil for answers outside of all phases.
        public var phase: String?
        /// By item; the last one counts.
        public var answers: [String: Given] = [:]
        /// Whether the participant was done.
        public var isFinal = false
        /// As they were computed when the participant was done.
        public var scores: [ScaleScore] = []
        /// The event that was the last.
        public var last: SessionEvent
        fileprivate var occurrence: Int?
    }

    /// An answer, and the event that told it.
    public struct Given {
        public var answer: Answer
        public var event: SessionEvent
    }

    private struct Payload: Decodable {
        var questionnaire: String
        var answers: [String: Answer]
        var final: Bool?
        var phase: String?
        var scales: [ScaleScore]?
    }

    private let phases: [Phase]
    /// In the order in which they began.
    public private(set) var askings: [Asking] = []

    public init(phases: [Phase]) { self.phases = phases }

    /// Takes an event, in the order of time. What is no answer is passed over.
    public mutating func take(_ event: SessionEvent) {
        guard event.kind == "answers",
            let payload = try? JSONDecoder().decode(
                Payload.self, from: Data(event.payload.utf8))
        else { return }
        let occurrence = occurrence(of: payload.phase, at: event.time)
        let known = askings.lastIndex {
            $0.questionnaire == payload.questionnaire && $0.occurrence == occurrence
        }
        var asking =
            known.map { askings[$0] }
            ?? Asking(
                questionnaire: payload.questionnaire,
                phase: occurrence.map { phases[$0].name } ?? payload.phase, last: event,
                occurrence: occurrence)
        for (item, answer) in payload.answers {
            asking.answers[item] = Given(answer: answer, event: event)
        }
        asking.last = event
        if payload.final == true { asking.isFinal = true }
        if let scales = payload.scales { asking.scores = scales }
        if let known { askings[known] = asking } else { askings.append(asking) }
    }

    /// The phase in which something was answered. A name that comes with it decides where clocks
    /// differ by a little.
    private func occurrence(of name: String?, at time: Instant) -> Int? {
        let begun = phases.indices.filter { phases[$0].started <= time }
        guard let name else { return begun.last }
        return begun.last { phases[$0].name == name }
            ?? phases.indices.first { phases[$0].name == name }
    }
}
