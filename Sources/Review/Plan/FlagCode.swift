import Declarations

/// Something that raters point out in a turn's text, such as a cue of distress that was missed.
public struct FlagCode: Codable, Hashable, Sendable {
    public var name: String
    public var title: String
    /// What it means and what it does not, in words for raters.
    public var text: String?
    /// In whose turns it can be; by default in the participant's.
    public var author: RatingItem.Author?
    /// One key, such as `m`; without it the flag has a button alone.
    public var key: String?
    /// Whether raters have to say why; by default they need not.
    public var rationale: Bool?
    /// By default in all stages.
    public var stages: [ReviewStage]?

    public init(
        name: String, title: String, text: String? = nil, author: RatingItem.Author? = nil,
        key: String? = nil, rationale: Bool? = nil, stages: [ReviewStage]? = nil
    ) {
        self.name = name
        self.title = title
        self.text = text
        self.author = author
        self.key = key
        self.rationale = rationale
        self.stages = stages
    }

    public func isUsed(in stage: ReviewStage) -> Bool { stages?.contains(stage) ?? true }
    public var needsRationale: Bool { rationale ?? false }

    /// Reports what is wrong with it.
    public func check(_ report: inout DeclarationReport, at place: [String]) {
        report.requireName(name, at: place + ["name"])
        if let key,
            key.count != 1 || !key.allSatisfy({ $0.isASCII && $0.isLetter && $0.isLowercase })
        {
            report.add(at: place + ["key"], message: "expected one small letter, found '\(key)'")
        }
        if key == "f" {
            report.add(at: place + ["key"], message: "the key 'f' chooses words of a message")
        }
    }
}
