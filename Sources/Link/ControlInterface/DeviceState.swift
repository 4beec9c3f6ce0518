/// Where a device stands.
public enum DeviceState: String, Codable, Hashable, Sendable, CaseIterable {
    case absent
    case opening
    case starting
    case streaming
    case silent
    case failed
    /// Plugged in, and nothing says that it is to be recorded.
    case unbound
    /// Kept closed on purpose: the phase does not permit it, or the chat does not have the focus.
    case paused
}
