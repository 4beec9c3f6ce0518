/// What a stream's own clock said (a device's, or another machine's), in nanoseconds of that clock,
/// with the station's time when it was asked, where it was, and when the answer came.
public struct DeviceReading: Codable, Hashable, Sendable {
    public var deviceNs: Int64
    public var sentNs: Int64?
    public var arrivalNs: Int64

    public init(deviceNs: Int64, sentNs: Int64? = nil, arrivalNs: Int64) {
        self.deviceNs = deviceNs
        self.sentNs = sentNs
        self.arrivalNs = arrivalNs
    }
}
