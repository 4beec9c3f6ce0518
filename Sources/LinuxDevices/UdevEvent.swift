/// Something happened to a device that has a node.
public struct UdevEvent: Hashable, Sendable {
    /// What happened.
    public enum Action: String, Sendable, CaseIterable {
        /// It was plugged in, and its node can be opened.
        case add
        /// It is gone.
        case remove
        /// Its properties changed.
        case change
    }

    /// What happened.
    public let action: Action
    /// To which device; on removal as it was last known.
    public let device: UdevDevice

    public init(action: Action, device: UdevDevice) {
        self.action = action
        self.device = device
    }
}
