/// The version of these programs, as sessions, alignments and status name it.
public enum SoftwareVersion {
    public static let current = "0.2.0"

    /// Whether programs of a version chain the audit trail of each session that they begin: since 0.2.
    static func writesChains(_ version: String) -> Bool {
        let parts = version.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = parts.first, let major = first else { return false }
        let minor = parts.count > 1 ? parts[1] ?? 0 : 0
        return major > 0 || minor >= 2
    }
}
