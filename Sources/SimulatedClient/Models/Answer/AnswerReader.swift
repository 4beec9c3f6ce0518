import Link

/// Puts an answer of `chat/completions` together, streamed or whole, from the pieces of its body.
struct AnswerReader: Sendable {
    private enum Form: Sendable { case unknown, stream, whole, other }

    private var form = Form.unknown
    private var events = ServerSentEvents()
    private var thinking = ThinkingFilter()
    /// The body of an answer that is not streamed, and of one whose form is not clear yet.
    private var body: [UInt8] = []
    private let contentType: String

    /// The text so far.
    private(set) var text = ""
    private(set) var refusal = ""
    private(set) var finishReason: String?
    private(set) var model: String?
    private(set) var fingerprint: String?
    private(set) var inputTokens: Int?
    private(set) var outputTokens: Int?
    /// `[DONE]` came: nothing follows.
    private(set) var isDone = false
    private(set) var failure: ModelFailure?

    /// - Parameter contentType: as the head says it, in lower case.
    init(contentType: String) {
        self.contentType = contentType
        if contentType.hasPrefix("text/event-stream") {
            form = .stream
        } else if contentType.contains("json") {
            form = .whole
        } else if contentType.hasPrefix("text/html") {
            form = .other
        }
    }

    /// Takes a piece of the body and returns the text that it adds.
    mutating func feed(_ bytes: [UInt8]) -> String {
        guard failure == nil, !isDone else { return "" }
        let before = text.utf8.count
        if form == .stream {
            for event in events.feed(bytes) where failure == nil && !isDone { take(event) }
        } else {
            body += bytes
            sniff()
        }
        return String(decoding: text.utf8.dropFirst(before), as: UTF8.self)
    }

    /// Some servers stream under another name, or send a whole answer where a stream was asked for.
    private mutating func sniff() {
        guard form == .unknown || form == .whole else { return }
        let start = body.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = start.first else { return }
        if first == UInt8(ascii: "{") {
            form = .whole
        } else if first == UInt8(ascii: ":") || first == UInt8(ascii: "d")
            || first == UInt8(ascii: "e")
        {
            guard start.count >= 6 || first == UInt8(ascii: ":") else { return }
            if first == UInt8(ascii: ":") || start.starts(with: "data:".utf8)
                || start.starts(with: "event:".utf8)
            {
                form = .stream
                let held = body
                body = []
                for event in events.feed(held) where failure == nil && !isDone { take(event) }
            } else {
                form = .other
            }
        } else {
            form = form == .whole ? .whole : .other
        }
    }

    /// The body has ended: by itself, or because `failure` says why it was cut.
    ///
    /// - Returns: text that this still adds.
    mutating func finish(after failure: ModelFailure?) -> String {
        let before = text.utf8.count
        if form == .stream {
            if self.failure == nil, !isDone, let event = events.finish() {
                // An event that was cut in its middle is no fault of its own.
                if failure == nil || JSONText.value(event.data) != nil || event.data == "[DONE]" {
                    take(event)
                }
            }
        } else if failure == nil, self.failure == nil {
            finishWhole()
        }
        text += thinking.finish()
        if self.failure == nil, !isDone, finishReason == nil {
            if let failure {
                self.failure = failure
            } else if form == .stream {
                self.failure = ModelFailure(
                    .cutOff, "The model's answer ended in its middle. Look at the server's log.")
            }
        }
        if self.failure == nil, text.isEmpty, refusal.isEmpty, finishReason != "content_filter" {
            let isShort = finishReason == "length"
            self.failure = ModelFailure(
                .empty,
                isShort
                    ? "The model used all its tokens without a word of answer. Raise maximumTokens."
                    : "The model gave an answer without text.")
        }
        return String(decoding: text.utf8.dropFirst(before), as: UTF8.self)
    }

    private mutating func finishWhole() {
        if body.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
            failure = ModelFailure(.empty, "The server gave an empty answer.")
            return
        }
        guard form == .whole else {
            failure = ModelFailure(
                .contentType,
                "The endpoint answered with \(contentType.isEmpty ? "something" : contentType.prefix(80)) "
                    + "instead of JSON. Check its URL; a login page of the network may stand before it."
            )
            return
        }
        guard let value = JSONText.value(String(decoding: body, as: UTF8.self)) else {
            failure = ModelFailure(
                .malformed,
                "The server's answer is not JSON. Is this an OpenAI-compatible endpoint?")
            return
        }
        take(value, isWhole: true)
        if failure == nil, finishReason == nil { finishReason = "stop" }
    }

    private mutating func take(_ event: ServerSentEvents.Event) {
        let data = event.data
        if data == "[DONE]" {
            isDone = true
            return
        }
        if data.allSatisfy(\.isWhitespace) { return }
        guard let value = JSONText.value(data) else {
            failure = ModelFailure(
                .malformed,
                "A piece of the server's stream is not JSON. Is this an OpenAI-compatible endpoint?"
            )
            return
        }
        if event.name == "error", value["error"] == nil {
            failure = ServerError.failure(.object(["error": value]))
            return
        }
        take(value, isWhole: false)
    }

    private mutating func take(_ value: JSONValue, isWhole: Bool) {
        if let error = value["error"], error != .null {
            failure = ServerError.failure(value)
            return
        }
        if value["object"]?.string == "error" {
            failure = ServerError.failure(.object(["error": value]))
            return
        }
        model = value["model"]?.string ?? model
        fingerprint = value["system_fingerprint"]?.string ?? fingerprint
        if let usage = value["usage"] {
            inputTokens = JSONText.count(usage["prompt_tokens"]) ?? inputTokens
            outputTokens = JSONText.count(usage["completion_tokens"]) ?? outputTokens
        }
        let choices = value["choices"]?.array
        guard let choice = choices?.first(where: { ($0["index"]?.integer ?? 0) == 0 }) else {
            if isWhole {
                failure = ModelFailure(
                    .malformed,
                    "The server's answer has no choices. Is this an OpenAI-compatible endpoint?")
            }
            return
        }
        // A server that streams may send the last piece as a whole message.
        let message = choice["delta"] ?? choice["message"]
        if let content = message?["content"] { text += thinking.feed(Self.words(content)) }
        if let words = message?["refusal"]?.string { refusal += words }
        if let reason = choice["finish_reason"]?.string, !reason.isEmpty { finishReason = reason }
    }

    /// Content is a text, or parts of which some are texts.
    private static func words(_ content: JSONValue) -> String {
        if let text = content.string { return text }
        return (content.array ?? []).compactMap { $0["text"]?.string }.joined()
    }
}
