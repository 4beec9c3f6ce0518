/// Where a device stands.
public enum DeviceState: String, Codable, Hashable, Sendable, CaseIterable {
    case absent
    case opening
    case starting
    case streaming
    case silent
    case failed
}
