import Link

/// A model's answer as a reply: as JSON where it kept to the schema, else read with tolerance.
struct ModelAnswer: Hashable, Sendable {
    var text: String
    var valence: Double?
    var arousal: Double?
    var category: EmotionCategory?

    /// nil where the exchange holds no reply.
    init?(_ exchange: ModelExchange) {
        guard !exchange.isRefusal else { return nil }
        if let json = exchange.json, let answer = Self(json) {
            self = answer
            return
        }
        // A failure of the schema alone leaves a text that may well be a reply.
        if let failure = exchange.failure, failure.code != .schema { return nil }
        guard let text = exchange.text else { return nil }
        let trimmed = Self.trimmed(text)
        if let json = Self.object(in: trimmed) {
            guard let answer = Self(json) else { return nil }
            self = answer
            return
        }
        // The beginnings of JSON that did not end are no reply.
        guard !trimmed.isEmpty, !trimmed.hasPrefix("{"), !trimmed.hasPrefix("[") else { return nil }
        self.text = trimmed
    }

    init?(_ json: JSONValue) {
        guard let text = json["reply"]?.string.map(Self.trimmed), !text.isEmpty else { return nil }
        self.text = text
        let emotion = json["emotion"]
        valence = emotion?["valence"]?.number
        arousal = emotion?["arousal"]?.number
        category = emotion?["category"]?.string.flatMap(EmotionCategory.init(rawValue:))
    }

    /// The reading that the model gave of itself.
    func expressed(provenance: String) -> EmotionReading? {
        guard let valence, let arousal else { return nil }
        return EmotionReading(
            valence: valence, arousal: arousal, probabilities: category.map { [$0: 1] } ?? [:],
            uncertainty: category == nil ? 1 : 0.3, provenance: provenance)
    }

    /// The object between the first and the last brace, as in a fenced block.
    private static func object(in text: String) -> JSONValue? {
        guard let first = text.firstIndex(of: "{"), let last = text.lastIndex(of: "}"), first < last
        else { return nil }
        guard let json = try? JSONValue(parsing: String(text[first...last])),
            json["reply"] != nil
        else { return nil }
        return json
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        // Models like to put a reply into quotation marks.
        if text.count > 2, text.first == "\"", text.last == "\"",
            !text.dropFirst().dropLast().contains("\"")
        {
            text = text.dropFirst().dropLast()
        }
        return String(text)
    }
}
