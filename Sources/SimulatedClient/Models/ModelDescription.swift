/// Which model answers, as it is written into records. Without any key.
public struct ModelDescription: Codable, Hashable, Sendable {
    /// The base address, such as `http://127.0.0.1:8080/v1`.
    public var endpoint: String
    /// The pinned name that each request asks for.
    public var name: String
    public var temperature: Double?
    public var seed: Int64?

    public init(endpoint: String, name: String, temperature: Double? = nil, seed: Int64? = nil) {
        self.endpoint = endpoint
        self.name = name
        self.temperature = temperature
        self.seed = seed
    }
}
