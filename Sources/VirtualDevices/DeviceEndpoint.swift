/// Where a virtual device's bytes go and its commands come from: a pseudo-terminal or a named pipe.
///
/// Its calls never block. Only the thread that runs the device calls it.
protocol DeviceEndpoint: AnyObject, Sendable {
    /// What a reader opens.
    var path: String { get }

    /// The descriptor that becomes readable when a command waits; -1 where none can come.
    var commandDescriptor: Int32 { get }

    /// Tells of readers that open the endpoint; nil where nobody can tell.
    var openings: OpeningWatch? { get }

    /// Writes bytes from `offset` on, as many as there is room for.
    /// - Returns: how many were taken; 0 when nobody reads and the buffer is full.
    func write(_ bytes: [UInt8], from offset: Int) throws(VirtualDeviceError) -> Int

    /// Takes the waiting command bytes and appends them.
    func readCommands(into commands: inout [UInt8]) throws(VirtualDeviceError)

    /// Bytes that the reader has not taken yet, as far as the kernel tells.
    var unread: Int { get }

    /// Takes away the name by which readers find it.
    func unlink()
}
