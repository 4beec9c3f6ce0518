/// A part of the data that a participant agrees to, or not, on its own.
public struct ConsentTier: Hashable, Sendable {
    /// The tiers there are. Raw values are the names in protocols and in the study database.
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
        case conversation, sensors
        case keyTiming = "key-timing"
        case keyContent = "key-content"
        case draftText = "draft-text"
        case audio
        case modelEndpoint = "model-endpoint"
    }

    /// Kinds of data.
    public enum Data: String, Hashable, Sendable, Codable, CaseIterable {
        case turns, signals, keys
        /// Which keys were pressed, beyond their classes.
        case keyContent = "key-content"
        case pointer
        case draftEdits = "draft-edits"
        case draftText = "draft-text"
        case audio
        case modelRequests = "model-requests"
    }

    /// Where the data of a tier goes to, outside of this computer.
    public struct Endpoint: Hashable, Sendable, Codable {
        public var url: String
        /// Who runs it.
        public var operatorName: String
        /// Where it stands.
        public var country: String
        /// How long the data is kept there.
        public var retention: String

        public init(url: String, operatorName: String, country: String, retention: String) {
            self.url = url
            self.operatorName = operatorName
            self.country = country
            self.retention = retention
        }

        /// Whether data may go to this URL by what the participant agreed to.
        public func covers(_ url: String) -> Bool {
            guard let own = EndpointAddress(self.url), let other = EndpointAddress(url) else {
                return false
            }
            return own.covers(other)
        }

        private enum CodingKeys: String, CodingKey {
            case url, operatorName = "operator", country, retention
        }
    }

    public var name: Name
    public var title: String
    /// What the participant reads.
    public var explanation: String?
    /// The data that it covers; at least one kind.
    public var covers: [Data]
    /// Whether a session cannot take place without it.
    public var isRequired: Bool
    /// Where the data goes to; nil where it stays with the laboratory.
    public var endpoint: Endpoint?

    public init(
        name: Name, title: String, explanation: String? = nil, covers: [Data],
        isRequired: Bool = false, endpoint: Endpoint? = nil
    ) {
        self.name = name
        self.title = title
        self.explanation = explanation
        self.covers = covers
        self.isRequired = isRequired
        self.endpoint = endpoint
    }
}
