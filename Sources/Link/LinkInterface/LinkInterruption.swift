/// Why an unknown number of samples may be missing before others.
public enum LinkInterruption: String, Codable, Hashable, Sendable, CaseIterable {
    case counter
    case disconnect
    case overflow
}
