extension LinkInterface {
    /// Brings samples of one stream as one numbered item; answers when they are durable. data
    /// is base64 of little-endian values in the channels' types, sample by sample. stamps_ns is
    /// for streams with stamped clocks, one a sample; first_index is the client's own number of
    /// the first sample. missing says how many samples went missing right before these, where the
    /// client knows it exactly; interruption, why an unknown number may have gone missing there.
    /// readings are of the stream's own clock; an item may hold them alone.
    public enum SendSamples: VarlinkMethod {
        public static let name = "io.attune.Link.SendSamples"
        public static let neededAccess = Access.control
        public static let isConcurrent = true

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var client: String
            public var stream: String
            public var sequence: Int64
            public var firstTimeNs: Int64
            public var firstIndex: Int64?
            public var stampsNs: [Int64]?
            public var count: Int
            public var data: String
            public var missing: Int64?
            public var interruption: LinkInterruption?
            public var readings: [DeviceReading]?

            public init(
                session: String, client: String, stream: String, sequence: Int64,
                firstTimeNs: Int64, firstIndex: Int64? = nil, stampsNs: [Int64]? = nil, count: Int,
                data: String, missing: Int64? = nil, interruption: LinkInterruption? = nil,
                readings: [DeviceReading]? = nil
            ) {
                self.session = session
                self.client = client
                self.stream = stream
                self.sequence = sequence
                self.firstTimeNs = firstTimeNs
                self.firstIndex = firstIndex
                self.stampsNs = stampsNs
                self.count = count
                self.data = data
                self.missing = missing
                self.interruption = interruption
                self.readings = readings
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var acknowledged: Int64

            public init(acknowledged: Int64) {
                self.acknowledged = acknowledged
            }
        }
    }
}
