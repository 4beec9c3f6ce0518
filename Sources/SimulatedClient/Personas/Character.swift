import Declarations
import StudyProtocol

extension Persona {
    /// A persona with an inner state, as it is written in its file.
    public struct Character: Hashable, Sendable, CheckedDeclaration {
        public var name: String
        public var version: Int
        public var title: String
        /// Always `client`: a supporter has no inner state here.
        public var role: ChatScript.Role
        public var language: String
        /// Who this is, and what brings them here; told by someone who knows them.
        public var vignette: String
        /// What happened, in the order in which it did.
        public var history: [String]
        public var voice: Voice
        /// The first line; nil where the other side begins.
        public var opening: String?
        public var pace: ChatScript.Pace
        public var feelings: Feelings
        public var resistance: Resistance
        /// The phases of the conversation, in their order; at least one.
        public var phases: [Phase]
        /// Words that tell what a message is about.
        public var topics: [Topic]
        /// What is told only to someone who is trusted enough.
        public var disclosures: [Disclosure]
        /// What the scripted client says.
        public var replies: [Reply]
        /// Principles in words, for a model.
        public var principles: Principles?
        /// The bounds of `attune persona check`.
        public var bounds: Bounds
    }

    /// How the persona writes.
    public struct Voice: Hashable, Sendable, Decodable {
        /// In words, for a model.
        public var style: String
        /// The most words and sentences of a reply.
        public var mostWords: Int
        public var mostSentences: Int
        /// Short lines that a scripted reply may begin with, by what the supporter did.
        public var leads: [Lead]?

        public struct Lead: Hashable, Sendable, Decodable {
            public var after: [SupporterMove]
            public var say: [String]
        }
    }

    /// Where the inner state begins and what it can become.
    public struct Feelings: Hashable, Sendable, Decodable {
        public var trust: Level
        public var distress: Level
        public var valence: Range
        public var arousal: Range
        /// The categories that it shows at all.
        public var shows: [EmotionCategory]
        /// What it feels at once when the supporter does this.
        public var on: [Feeling]?

        public struct Level: Hashable, Sendable, Decodable {
            public var start: Double
            public var least: Double
            public var most: Double
        }

        public struct Range: Hashable, Sendable, Decodable {
            public var least: Double
            public var most: Double
        }

        public struct Feeling: Hashable, Sendable, Decodable {
            public var move: SupporterMove
            public var category: EmotionCategory
        }
    }

    /// How hard it makes it for the supporter.
    public struct Resistance: Hashable, Sendable, Decodable {
        /// The trust from which advice is not pushed back.
        public var adviceFrom: Double
        /// The share of good questions that get only a short answer while there is no trust, 0…1;
        /// it shrinks as trust grows.
        public var withholding: Double
        /// What a move does to trust and distress, instead of what it does to everyone.
        public var effects: [Effect]?

        public struct Effect: Hashable, Sendable, Decodable {
            public var move: SupporterMove
            public var trust: Double
            public var distress: Double
        }
    }

    /// A phase of the conversation.
    public struct Phase: Hashable, Sendable, Decodable {
        public var name: String
        /// How it shows, in words, for a model and for the operator.
        public var guidance: String
        /// What it feels in this phase.
        public var mood: EmotionCategory
        /// When the next phase begins: all that are given must hold.
        public var until: Until?
        /// The trust below which it falls back to the phase before.
        public var backBelow: Double?

        public struct Until: Hashable, Sendable, Decodable {
            public var trust: Double?
            public var turns: Int?
            public var disclosed: Int?
        }
    }

    /// What a message can be about.
    public struct Topic: Hashable, Sendable, Decodable {
        public var name: String
        /// Words or phrases; `*` at the end takes any ending.
        public var words: [String]
    }

    /// Something that is told from a level of trust on.
    public struct Disclosure: Hashable, Sendable, Decodable {
        public var name: String
        /// The trust that it takes.
        public var trust: Double
        /// The topics of questions that lead to it; without, it comes only by itself.
        public var topics: [String]?
        /// What it is, in one sentence, for a model.
        public var fact: String
        /// Words or phrases that would give it away.
        public var signs: [String]
        /// How the scripted client tells it: the first line tells, the others go on when asked.
        public var say: [String]
        public var feels: EmotionCategory?
        /// What must have been told before.
        public var after: String?
        /// What telling it does to distress.
        public var cost: Double?
    }

    /// Lines of the scripted client for a situation.
    public struct Reply: Hashable, Sendable, Decodable {
        /// What the supporter did, or what the client does about it.
        public var on: [Situation]
        /// The phases in which it applies; without, all.
        public var phases: [String]?
        public var topics: [String]?
        public var leastTrust: Double?
        public var mostTrust: Double?
        /// Each is given once, in an order that follows from the seed.
        public var say: [String]
        public var feels: EmotionCategory?
        public var stance: ReplyStance?
    }

    /// Principles that experts wrote for this persona, and who checks them.
    public struct Principles: Hashable, Sendable, Decodable {
        public var own: [String]
        /// Whether a model is asked if a reply keeps to them.
        public var askModel: Bool?
    }

    /// What `attune persona check` lets pass.
    public struct Bounds: Hashable, Sendable, Decodable {
        /// The least share of early advice that is pushed back.
        public var resistedAdvice: Double
        /// The largest share of replies that go along, over all supporters.
        public var mostAgreeing: Double
        /// The largest mean overlap between two replies (shared word triples).
        public var mostOverlap: Double
        /// Replies that say exactly what one before said.
        public var mostRepeats: Int
        /// The trust that a good listener reaches at least.
        public var listenerTrust: Double
        /// The trust that a hostile supporter reaches at most.
        public var hostileTrust: Double
    }
}
