import NIOCore

/// One server-sent event on its way to browsers. The bytes are made once, however many read them.
struct DashboardFrame: Sendable {
    /// Its place among what was sent to one browser; a hole is what that browser missed.
    var place: Int64
    /// When it was made, in nanoseconds of the station's clock.
    var sentNs: Int64
    var bytes: ByteBuffer

    /// - Parameter event: the event's name; see `Protocols/formats/console-live.md`.
    static func bytes(event: String, sentNs: Int64, json: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(json.count + 64)
        buffer.writeString("id: \(sentNs)\nevent: \(event)\ndata: ")
        buffer.writeBytes(json)
        buffer.writeString("\n\n")
        return buffer
    }
}
