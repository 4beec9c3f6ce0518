import Declarations

/// Something that raters say of turns or of whole sessions.
public struct RatingItem: Codable, Hashable, Sendable {
    public enum Subject: String, Codable, Hashable, Sendable {
        case turn, session
    }

    /// Whose turns are meant.
    public enum Author: String, Codable, Hashable, Sendable {
        case participant, client, both

        public func includes(_ author: String) -> Bool { self == .both || rawValue == author }
    }

    /// Whether raters say why, in words of their own.
    public enum Rationale: String, Codable, Hashable, Sendable {
        /// They may.
        case optional
        /// They have to: without a reason the stage cannot be locked.
        case required
    }

    public var name: String
    public var title: String
    /// The question, in words for raters.
    public var text: String?
    public var of: Subject
    /// By default the participant's turns.
    public var author: Author?
    public var scale: RatingScale
    /// By default the transcript alone.
    public var stages: [ReviewStage]?
    /// Whether a stage can only be locked once it is answered; by default it is.
    public var required: Bool?
    /// Whether participants rate their own session on it, too; by default they do.
    public var own: Bool?
    /// By default no reason is asked for, and none is taken.
    public var rationale: Rationale?

    public init(
        name: String, title: String, text: String? = nil, of: Subject, author: Author? = nil,
        scale: RatingScale, stages: [ReviewStage]? = nil, required: Bool? = nil, own: Bool? = nil,
        rationale: Rationale? = nil
    ) {
        self.name = name
        self.title = title
        self.text = text
        self.of = of
        self.author = author
        self.scale = scale
        self.stages = stages
        self.required = required
        self.own = own
        self.rationale = rationale
    }

    public func isAsked(in stage: ReviewStage) -> Bool { (stages ?? [.transcript]).contains(stage) }
    public var isRequired: Bool { required ?? true }
    public var isForOwn: Bool { own ?? true }

    /// Whether a turn of an author is rated on it.
    public func isAsked(ofAuthor turn: String) -> Bool {
        of == .turn && (author ?? .participant).includes(turn)
    }

    /// Reports what is wrong with it.
    public func check(_ report: inout DeclarationReport, at place: [String]) {
        report.requireName(name, at: place + ["name"])
        if title.allSatisfy(\.isWhitespace) {
            report.add(at: place + ["title"], message: "expected a title")
        }
        if of == .session, author != nil {
            report.add(at: place + ["author"], message: "only turns have an author")
        }
        if stages?.isEmpty == true {
            report.add(at: place + ["stages"], message: "expected at least one stage")
        }
        scale.check(&report, at: place + ["scale"])
    }
}
