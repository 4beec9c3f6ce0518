/// The whole state of an annotation after something was done to it (`AnnotationChange`).
public struct AnnotationPut: Codable, Hashable, Sendable {
    public var change: String
    public var annotation: String
    public var action: String
    public var basedOn: Int64?
    public var layer: String
    public var scheme: String?
    public var schemeVersion: String?
    public var schemeSha256: String?
    public var kind: String
    public var code: String
    public var modifiers: JSONValue?
    public var startNs: Int64?
    public var endNs: Int64?
    public var stream: Int64?
    public var channel: String?
    public var turn: Int64?
    public var spanStart: Int64?
    public var spanEnd: Int64?
    public var stage: String?
    public var note: String?
    public var detail: JSONValue?
    public var removed: Bool

    public init(
        change: String, annotation: String, action: String, basedOn: Int64? = nil, layer: String,
        scheme: String? = nil, schemeVersion: String? = nil, schemeSha256: String? = nil,
        kind: String, code: String, modifiers: JSONValue? = nil, startNs: Int64? = nil,
        endNs: Int64? = nil, stream: Int64? = nil, channel: String? = nil, turn: Int64? = nil,
        spanStart: Int64? = nil, spanEnd: Int64? = nil, stage: String? = nil, note: String? = nil,
        detail: JSONValue? = nil, removed: Bool = false
    ) {
        self.change = change
        self.annotation = annotation
        self.action = action
        self.basedOn = basedOn
        self.layer = layer
        self.scheme = scheme
        self.schemeVersion = schemeVersion
        self.schemeSha256 = schemeSha256
        self.kind = kind
        self.code = code
        self.modifiers = modifiers
        self.startNs = startNs
        self.endNs = endNs
        self.stream = stream
        self.channel = channel
        self.turn = turn
        self.spanStart = spanStart
        self.spanEnd = spanEnd
        self.stage = stage
        self.note = note
        self.detail = detail
        self.removed = removed
    }
}
