/// A sent message of a study with where it comes from.
public struct MessageProvenance: Hashable, Sendable {
    /// The session's id, and codes of study and participant.
    public var session: String
    public var study: String
    public var participant: String
    /// Levels of the study's factors.
    public var condition: [String: String]
    public var isPilot: Bool
    /// Number of the sent turn, and its text.
    public var turn: Int64
    public var text: String
    /// The Suggestions that it was compared with, by their ids; those whose text is not known lack.
    public var suggestions: [String: String]
    /// As it was recorded.
    public var report: ProvenanceReport

    public init(
        session: String, study: String, participant: String, condition: [String: String] = [:],
        isPilot: Bool = false, turn: Int64, text: String, suggestions: [String: String] = [:],
        report: ProvenanceReport
    ) {
        self.session = session
        self.study = study
        self.participant = participant
        self.condition = condition
        self.isPilot = isPilot
        self.turn = turn
        self.text = text
        self.suggestions = suggestions
        self.report = report
    }

    /// The condition in one text, such as `emotions=on, suggestions=off`.
    public var conditionName: String {
        condition.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
    }

    /// A name by which a person who codes cannot tell whose message it is, and which leads back to it: the
    /// FNV-1a hash of session and turn.
    public var item: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(session)/\(turn)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        // A letter first, so that no spreadsheet takes it for a number.
        return "m" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
