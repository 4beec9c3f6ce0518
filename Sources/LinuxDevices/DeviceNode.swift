import SystemCalls

/// Opening a device's node with an error that says what to do.
enum DeviceNode {
    /// - Parameter group: the group whose members may open such a device.
    static func open(
        _ path: String, flags: Int32, group: String
    ) throws(DeviceError) -> FileDescriptor {
        do throws(SystemError) {
            return try FileDescriptor(opening: path, flags: flags)
        } catch {
            throw .opening(path, error, group: group)
        }
    }
}
