/// Something a person should look at, since when, and in words what to do.
public struct Alarm: Codable, Hashable, Sendable {
    public var code: String
    public var text: String
    public var sinceNs: Int64
    public var session: String?
    public var device: String?

    public init(
        code: String, text: String, sinceNs: Int64, session: String? = nil, device: String? = nil
    ) {
        self.code = code
        self.text = text
        self.sinceNs = sinceNs
        self.session = session
        self.device = device
    }
}
