/// A stretch of what was said.
public struct TranscriptPiece: Codable, Hashable, Sendable {
    public var startNs: Int64
    public var endNs: Int64
    public var speaker: String?
    public var text: String
    public var words: [JSONValue]?

    public init(
        startNs: Int64, endNs: Int64, speaker: String? = nil, text: String,
        words: [JSONValue]? = nil
    ) {
        self.startNs = startNs
        self.endNs = endNs
        self.speaker = speaker
        self.text = text
        self.words = words
    }
}
