/// What is tapped: where the taps of a sync test are taken from.
public enum TapSource: Hashable, Sendable {
    /// Presses of a keyboard or buttons.
    case keys(String)
    /// Changes that a linked client's draft went through.
    case edits(String)
    /// Sharp changes in a channel of a sensor.
    case channel(stream: String, channel: String)

    /// A stream that one may choose.
    public struct Stream: Hashable, Sendable {
        public var name: String
        public var isKeys: Bool
        public var channels: [String]

        public init(name: String, isKeys: Bool, channels: [String]) {
            self.name = name
            self.isKeys = isKeys
            self.channels = channels
        }
    }

    /// For people.
    public var name: String {
        switch self {
        case .keys(let stream): stream
        case .edits(let client): "drafts of \(client)"
        case .channel(let stream, let channel):
            stream == channel ? stream : "\(stream):\(channel)"
        }
    }

    public var isEdits: Bool {
        if case .edits = self { return true }
        return false
    }

    /// The stream whose name a subscription needs; nil for a client.
    public var stream: String? {
        switch self {
        case .keys(let stream), .channel(let stream, _): stream
        case .edits: nil
        }
    }

    /// Classes of keys that change a draft when they are pressed.
    static let typingClasses: Set<String> = [
        "letter", "digit", "punctuation", "space", "backspace", "delete",
    ]

    /// Whether a key of this class changes a draft.
    public static func changesDrafts(_ keyClass: String) -> Bool {
        typingClasses.contains(keyClass)
    }

    /// Finds a source by what the operator wrote: a keyboard's name, a linked client's, or
    /// `STREAM:CHANNEL` (the channel may be left out where there is only one).
    public static func named(
        _ text: String, streams: [Stream], clients: [String]
    ) throws(TapError) -> TapSource {
        if let stream = streams.first(where: { $0.name == text }) {
            if stream.isKeys { return .keys(text) }
            guard let channel = stream.channels.first else {
                throw TapError(.source, "\(text) has neither keys nor channels to tap")
            }
            guard stream.channels.count == 1 else {
                throw TapError(
                    .source,
                    "\(text) has several channels; name one, as in \(text):\(channel) "
                        + "(\(stream.channels.joined(separator: ", ")))")
            }
            return .channel(stream: text, channel: channel)
        }
        for stream in streams where text.hasPrefix("\(stream.name):") {
            let channel = String(text.dropFirst(stream.name.count + 1))
            if stream.channels.contains(channel) {
                return .channel(stream: stream.name, channel: channel)
            }
            throw TapError(
                .source,
                "\(stream.name) has no channel \(channel); it has "
                    + stream.channels.joined(separator: ", "))
        }
        if clients.contains(text) { return .edits(text) }
        throw TapError(
            .source,
            "there is neither a stream nor a client \(text); there are "
                + choices(streams, clients))
    }

    /// The keyboard that is meant where none was named.
    public static func keyboard(among streams: [Stream]) throws(TapError) -> TapSource {
        let keyboards = streams.filter(\.isKeys)
        guard keyboards.count == 1 else {
            throw TapError(
                .source,
                keyboards.isEmpty
                    ? "the session has no keyboard; name a sensor with --reference STREAM:CHANNEL"
                    : "the session has several keyboards; name one with --reference "
                        + "(\(keyboards.map(\.name).joined(separator: ", ")))")
        }
        return .keys(keyboards[0].name)
    }

    /// The client that is meant where nothing was named.
    public static func client(
        among clients: [String], streams: [Stream]
    ) throws(TapError) -> TapSource {
        guard clients.count == 1 else {
            throw TapError(
                .source,
                "name what is tapped with --against: a linked client, or STREAM:CHANNEL; there are "
                    + choices(streams, clients))
        }
        return .edits(clients[0])
    }

    private static func choices(_ streams: [Stream], _ clients: [String]) -> String {
        let all =
            streams.flatMap { stream in
                stream.isKeys
                    ? [stream.name] : stream.channels.map { "\(stream.name):\($0)" }
            } + clients
        return all.isEmpty ? "none" : all.joined(separator: ", ")
    }
}
