import Agreement
import SessionStore

/// Agreement between raters, between participants and experts, and of raters with themselves, of all that
/// was said by one plan.
public struct ReviewResults: Codable, Hashable, Sendable {
    public var items: [ItemResult]
    public var flags: [FlagResult]
    /// What the resamples follow from, and how many there are.
    public var seed: UInt64
    public var resamples: Int

    /// - Parameters:
    ///   - values: of locked stages alone; drafts are not results.
    ///   - flags: likewise.
    public init(
        form: RatingForm, values: [RatedValue], flags: [RaisedFlag], sessions: [RatedSession],
        seed: UInt64 = 1, resamples: Int = 2000
    ) {
        self.seed = seed
        self.resamples = resamples
        items = form.ratings.flatMap { item in
            ReviewStage.allCases.filter { item.isAsked(in: $0) }.map { stage in
                ItemComparison(
                    item: item, stage: stage,
                    values: values.filter { $0.item == item.name && $0.stage == stage }, seed: seed,
                    resamples: resamples
                ).result()
            }
        }
        let main = flags.filter { $0.purpose == .main }
        func compare(_ flag: FlagCode, _ raised: [RaisedFlag], in used: [ReviewStage])
            -> [FlagResult]
        {
            used.indices.map { place in
                let stages = Array(used[...place])
                return FlagComparison(
                    flag: flag, stages: stages, flags: raised.filter { stages.contains($0.stage) },
                    sessions: sessions, seed: seed, resamples: resamples
                ).result()
            }
        }
        self.flags = form.flags.flatMap { flag in
            compare(
                flag, main.filter { $0.code == flag.name }, in: form.stages.filter(flag.isUsed))
        }
        guard form.flags.count > 1 else { return }
        self.flags += compare(
            FlagCode(name: "", title: "Any flag", author: .both), main,
            in: form.stages.filter { stage in form.flags.contains { $0.isUsed(in: stage) } })
    }
}
