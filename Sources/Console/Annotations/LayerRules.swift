import Link
import Review
import SessionStore
import Timebase

/// Holds a request's changes against what their schemes say of annotations beside one another, as all of
/// them would stand afterwards.
struct LayerRules {
    private var standing: [String: AnnotationChange] = [:]
    private let reader: ReviewReader
    private let turns: [Int64: Instant]
    /// By SHA-256.
    private let schemes: [String: CodingScheme]

    /// Reads what stands; waits for the disk.
    init(
        _ session: SessionReader, _ reader: ReviewReader, schemes: [CodingSchemeText]
    ) throws {
        self.reader = reader
        for row in try reader.annotations() { standing[row.annotation] = row.state }
        turns = Dictionary(
            try session.turns().compactMap { turn in
                turn.number.map { ($0, turn.shown ?? turn.sent) }
            }, uniquingKeysWith: { first, _ in first })
        self.schemes = Dictionary(
            schemes.compactMap { text in
                (try? CodingScheme.read(text.text, file: text.name)).map { (text.sha256, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// - Throws: `AnnotationRequest.Refusal` for the first change that cannot be.
    func check(_ puts: [AnnotationPut]) throws {
        var after = standing
        var touched: [(put: AnnotationPut, state: AnnotationChange)] = []
        for put in puts {
            // What is no annotation at all is refused by the daemon, in words.
            guard let state = AnnotationChange(told: put) else { continue }
            after[put.annotation] = put.removed ? nil : state
            touched.removeAll { $0.put.annotation == put.annotation }
            if !put.removed { touched.append((put, state)) }
        }
        // In order of time, so that of several that stand in the way always the first one is named.
        let layers = Dictionary(
            grouping: after.values.sorted {
                ($0.start?.nanoseconds ?? .min, $0.annotation)
                    < ($1.start?.nanoseconds ?? .min, $1.annotation)
            }, by: \.layer)
        for (put, state) in touched {
            guard let scheme = state.schemeSHA256.flatMap({ schemes[$0] }) else { continue }
            let history = put.action == "add" ? [] : try reader.history(of: put.annotation)
            // A request that comes again adds nothing.
            guard !history.contains(where: { $0.change == put.change }),
                standing[put.annotation]?.change != put.change
            else { continue }
            let others = (layers[state.layer] ?? []).map(placed)
            let rules = SchemeRules(scheme, among: others)
            // Who takes steps back takes them one at a time: a parent may come after what lies in it.
            let isRestored =
                ["undo", "redo"].contains(put.action)
                && history.contains { Self.isSame($0.state, state) }
            var problem = rules.problem(of: placed(state), needsParent: !isRestored)
            if problem == nil, !isRestored, let before = standing[put.annotation] {
                problem = rules.lost(from: placed(before), to: placed(state), children: others)
            }
            if let problem {
                throw AnnotationRequest.Refusal(change: put.change, message: problem)
            }
        }
    }

    private func placed(_ change: AnnotationChange) -> SchemeRules.Placed {
        SchemeRules.Placed(change, turns: turns)
    }

    private static func isSame(_ one: AnnotationChange, _ other: AnnotationChange) -> Bool {
        one.code == other.code && one.start == other.start && one.end == other.end
            && one.turn == other.turn
    }
}

extension AnnotationChange {
    /// What rules need of a change on its way to the daemon; nil where it is of no known kind.
    fileprivate init?(told put: AnnotationPut) {
        guard let kind = AnnotationKind(rawValue: put.kind),
            let action = AnnotationAction(rawValue: put.action)
        else { return nil }
        self.init(
            change: put.change, annotation: put.annotation, action: action, layer: put.layer,
            scheme: put.scheme, schemeVersion: put.schemeVersion, schemeSHA256: put.schemeSha256,
            kind: kind, code: put.code, start: put.startNs.map(Instant.init),
            end: put.endNs.map(Instant.init), turn: put.turn, isRemoved: put.removed)
    }
}
