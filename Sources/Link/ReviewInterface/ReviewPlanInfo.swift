/// A plan of who rates what.
public struct ReviewPlanInfo: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    public var scheme: String
    public var schemeVersion: String
    public var schemeText: String
    public var seed: Int64
    public var detail: JSONValue?

    public init(
        id: String, name: String, scheme: String, schemeVersion: String, schemeText: String,
        seed: Int64, detail: JSONValue? = nil
    ) {
        self.id = id
        self.name = name
        self.scheme = scheme
        self.schemeVersion = schemeVersion
        self.schemeText = schemeText
        self.seed = seed
        self.detail = detail
    }
}
