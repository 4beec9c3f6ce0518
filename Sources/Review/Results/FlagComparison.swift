import Agreement
import SessionStore

/// Puts one kind of flag of all experts side by side: turn by turn, whether there is one, and where in the
/// text it is.
struct FlagComparison {
    let flag: FlagCode
    /// The stages in which it can be raised, up to the one that is compared: what was flagged in an earlier
    /// one is locked, and not flagged again.
    let stages: [ReviewStage]
    /// Of those stages alone.
    let flags: [RaisedFlag]
    let sessions: [RatedSession]
    let seed: UInt64
    let resamples: Int

    func result() -> FlagResult {
        var raters: Set<String> = []
        for session in sessions {
            for stage in stages { raters.formUnion(session.finished[stage] ?? []) }
        }
        let names = raters.sorted()
        var rows = [[Double?]](repeating: [], count: names.count)
        var clusters: [Int] = []
        var continua: [MarkedContinuum] = []
        for (cluster, session) in sessions.enumerated() {
            let turns = session.turns.filter { (flag.author ?? .participant).includes($0.author) }
            // Who may still raise it, in a stage that is open, has not said yet that there is none.
            let seen = names.filter { name in
                stages.allSatisfy { session.finished[$0]?.contains(name) ?? false }
            }
            guard !seen.isEmpty, !turns.isEmpty else { continue }
            for turn in turns {
                for (place, name) in names.enumerated() {
                    rows[place].append(
                        seen.contains(name)
                            ? raised(name, session.id, turn.number).isEmpty ? 0 : 1 : nil)
                }
                clusters.append(cluster)
            }
            continua.append(continuum(session.id, turns, seen, cluster))
        }
        let table = RatingTable(rows, clusters: clusters)
        let agreement = CategoryAgreement(table, categories: [0, 1])
        let paired = agreement.pairedUnits
        func figure(
            _ name: String, _ statistic: (some ResampledStatistic)?, units: Int,
            undefined: String = "no turn, or every turn, is flagged"
        ) -> AgreementFigure {
            AgreementFigure(
                name, statistic, units: units, seed: seed, resamples: resamples,
                undefined: undefined)
        }
        let units = continua.filter { $0.raters.count > 1 }
        let seenByTwo = (0..<table.units).filter { table.values(ofUnit: $0).count > 1 }
        return FlagResult(
            code: flag.name, title: flag.title, stage: stages.last ?? .transcript,
            flags: flags.count,
            raters: names.enumerated().map { place, name in
                FlagResult.Count(
                    rater: name, flags: flags.count { $0.rater == name },
                    turns: rows[place].count { $0 != nil },
                    flagged: rows[place].count { $0 == 1 })
            },
            turns: paired,
            flagged: seenByTwo.count { table.values(ofUnit: $0).contains(1) },
            figures: [
                figure("Percent agreement", agreement.statistic(.percent), units: paired),
                figure("Gwet AC1", agreement.statistic(.gwet), units: paired),
                figure("Fleiss κ", agreement.statistic(.fleiss), units: paired),
                figure(
                    "Krippendorff α (nominal)", KrippendorffAlpha(table, level: .nominal),
                    units: paired),
                figure(
                    "Krippendorff ᵤα (text)", UnitizingAlpha(units, kind: .binary),
                    units: units.count,
                    undefined: "nothing of the texts, or all of it, is flagged"),
            ])
    }

    private func raised(_ rater: String, _ session: String, _ turn: Int64) -> [RaisedFlag] {
        flags.filter { $0.rater == rater && $0.session == session && $0.turn == turn }
    }

    /// The turns' texts one behind the other.
    private func continuum(
        _ session: String, _ turns: [AnswerCheck.Turn], _ raters: [String], _ cluster: Int
    ) -> MarkedContinuum {
        var begins: [Int64: Int] = [:]
        var length = 0
        for turn in turns {
            begins[turn.number] = length
            length += turn.length
        }
        return MarkedContinuum(
            length: length,
            raters: raters.map { rater in
                turns.flatMap { turn in
                    raised(rater, session, turn.number).map {
                        let begin = begins[turn.number] ?? 0
                        return MarkedUnit(
                            start: begin + min(max($0.start, 0), turn.length),
                            end: begin + min(max($0.end, 0), turn.length), value: "flag")
                    }
                }
            }, cluster: cluster)
    }
}
