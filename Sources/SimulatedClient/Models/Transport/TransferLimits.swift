/// How long a transfer may take, and how large its answer may be.
public struct TransferLimits: Hashable, Sendable {
    /// Until the connection stands, TLS included.
    public var connectSeconds: Double
    /// From the first byte of the answer's body on, between one piece and the next. Until then only
    /// the whole counts, since a local model may read a long prompt without a word.
    public var stallSeconds: Double
    /// From beginning to end.
    public var totalSeconds: Double
    /// Bytes of the answer's body, unpacked where it comes compressed.
    public var responseBytes: Int

    public init(
        connectSeconds: Double = 10, stallSeconds: Double = 15, totalSeconds: Double = 30,
        responseBytes: Int = 4 << 20
    ) {
        self.connectSeconds = connectSeconds
        self.stallSeconds = stallSeconds
        self.totalSeconds = totalSeconds
        self.responseBytes = responseBytes
    }
}
