/// How the reading of a device begins. The numbers stand in ring records (`RecordKind.opened`).
enum DeviceBeginning: UInt8, Sendable {
    /// It goes on sending where it was, but was not listened to for a while.
    case resumed = 0
    /// It was started anew.
    case fresh = 1
    /// It stayed open while no daemon ran: what it sent waited in the kernel, and nothing is missing.
    case kept = 2
}
