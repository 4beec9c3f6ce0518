import SessionStore

/// Where a session stands in its protocol. A pure value; whoever holds it decides on threads.
///
/// Every phase may be entered at any time, since people must be able to go on: what departs from
/// the protocol is not forbidden but told, and recorded as a deviation.
public struct Procedure: Hashable, Sendable {
    /// A departure from the protocol.
    public enum Deviation: Hashable, Sendable {
        /// Phases that were not optional and were left out, in order.
        case skipped([String])
        /// A phase that was entered before.
        case repeated(String)
        /// The session ended before these.
        case endedEarly(remaining: [String])

        /// The name of its kind: `skipped`, `repeated` or `endedEarly`.
        public var name: String {
            switch self {
            case .skipped: "skipped"
            case .repeated: "repeated"
            case .endedEarly: "endedEarly"
            }
        }

        /// The phases that it is about, in the protocol's order.
        public var phases: [String] {
            switch self {
            case .skipped(let names), .endedEarly(let names): names
            case .repeated(let name): [name]
            }
        }

        /// A sentence for the session's audit trail.
        public var description: String {
            switch self {
            case .skipped(let names): "skipped: \(names.joined(separator: ", "))"
            case .repeated(let name): "repeated: \(name)"
            case .endedEarly(let names): "ended before: \(names.joined(separator: ", "))"
            }
        }
    }

    /// The phases in order.
    public let phases: [StudyPhase]
    /// The phase that the session is in; nil before the first and after the end.
    public private(set) var current: String?
    /// The phases that were entered, in the order of time.
    public private(set) var entered: [String] = []
    public private(set) var isEnded = false

    /// The phases before the first of these belong to the session itself. What comes from there on may
    /// be held in a session of its own, a commentary, so that leaving it out is no deviation.
    private let ownPhases: Int

    /// - Parameter kind: of the session, see `StudyPlan.phases(of:)`.
    public init(_ plan: StudyPlan, kind: SessionKind = .chat) {
        phases = plan.phases(of: kind)
        let firstOther = phases.firstIndex { $0.kind == .thinkAloud }
        ownPhases = kind == .chat ? firstOther ?? phases.count : phases.count
    }

    /// A procedure that went through these phases, for a session that is resumed. Unknown names
    /// are left out.
    public init(_ plan: StudyPlan, entered: [String]) {
        self.init(plan)
        for name in entered { _ = try? enter(name) }
    }

    /// The phases that may come next without a deviation: the next in order, and those behind it
    /// that only optional ones separate from it.
    public var allowedNext: [StudyPhase] {
        guard !isEnded else { return [] }
        var allowed: [StudyPhase] = []
        for phase in phases.dropFirst(furthest + 1) {
            allowed.append(phase)
            if !phase.isOptional { break }
        }
        return allowed
    }

    /// Index of the phase furthest along that was entered; -1 before the first.
    private var furthest: Int {
        phases.lastIndex { entered.contains($0.name) } ?? -1
    }

    /// Goes into a phase.
    ///
    /// - Returns: the deviation that this is; nil if it is within the protocol.
    public mutating func enter(_ name: String) throws(ProcedureError) -> Deviation? {
        guard !isEnded else { throw .ended }
        guard let index = phases.firstIndex(where: { $0.name == name }) else {
            throw .unknownPhase(name, known: phases.map(\.name))
        }
        let furthest = furthest
        let isRepeated = entered.contains(name)
        var skipped: [String] = []
        if index > furthest {
            skipped = phases[(furthest + 1)..<index].filter { !$0.isOptional }.map(\.name)
        }
        entered.append(name)
        current = name
        if isRepeated { return .repeated(name) }
        return skipped.isEmpty ? nil : .skipped(skipped)
    }

    /// Ends the session; nothing can be entered any more.
    ///
    /// - Returns: the deviation if phases that are not optional are left.
    public mutating func end() -> Deviation? {
        guard !isEnded else { return nil }
        let due = furthest < ownPhases ? phases.prefix(ownPhases) : phases[...]
        let left = due.dropFirst(furthest + 1).filter { !$0.isOptional }.map(\.name)
        isEnded = true
        current = nil
        return left.isEmpty ? nil : .endedEarly(remaining: left)
    }
}
