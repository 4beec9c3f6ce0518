import Declarations

/// What a scheme asks of raters: its `ratings` and `flags`.
public struct RatingForm: Codable, Hashable, Sendable {
    public var ratings: [RatingItem]
    public var flags: [FlagCode]

    public init(ratings: [RatingItem], flags: [FlagCode]) {
        self.ratings = ratings
        self.flags = flags
    }

    /// The stages that it has, in their order.
    public var stages: [ReviewStage] {
        ReviewStage.allCases.filter { stage in
            stage == .transcript || ratings.contains { $0.isAsked(in: stage) }
                || flags.contains { $0.stages?.contains(stage) ?? false }
        }
    }

    /// What participants are asked of their own session: the same, without what is not for them, and
    /// without flags, since nobody is to look for faults in themselves here.
    public var forOwn: RatingForm {
        RatingForm(ratings: ratings.filter(\.isForOwn), flags: [])
    }

    public func item(_ name: String) -> RatingItem? { ratings.first { $0.name == name } }
    public func flag(_ name: String) -> FlagCode? { flags.first { $0.name == name } }

    /// Reports what is wrong with it.
    /// - Parameter taken: keys that the scheme gives to something else.
    public func check(_ report: inout DeclarationReport, keys taken: Set<String> = []) {
        for (index, item) in ratings.enumerated() {
            item.check(&report, at: ["ratings", "\(index)"])
            if ratings[..<index].contains(where: { $0.name == item.name }) {
                report.add(
                    at: "ratings", "\(index)", "name",
                    message: "'\(item.name)' is the name of two ratings")
            }
        }
        var keys = taken
        for (index, flag) in flags.enumerated() {
            flag.check(&report, at: ["flags", "\(index)"])
            if flags[..<index].contains(where: { $0.name == flag.name }) {
                report.add(
                    at: "flags", "\(index)", "name",
                    message: "'\(flag.name)' is the name of two flags")
            }
            if let key = flag.key, !keys.insert(key).inserted {
                report.add(
                    at: "flags", "\(index)", "key", message: "the key '\(key)' is given twice")
            }
        }
    }
}
