import SystemCalls

/// Reads every copy of a study at a backup place and compares it with what the study's index says.
public struct BackupCheck {
    /// A copy that is not as it was.
    public struct Finding: Codable, Hashable, Sendable {
        public var study: String
        public var file: String
        /// The copy's path.
        public var copy: String
        /// What is wrong, and what to do.
        public var problem: String
    }

    public private(set) var checked = 0
    public private(set) var bytes: Int64 = 0
    public private(set) var findings: [Finding] = []

    public init() {}

    /// Checks all copies of one study at one place.
    public mutating func run(study: String, entries: [BackupEntry], place: BackupPlace) {
        for entry in entries where entry.place == place.identifier {
            let path = place.path(study: study, file: entry.file)
            checked += 1
            bytes += entry.size
            if let problem = problem(of: path, entry) {
                findings.append(
                    Finding(study: study, file: entry.file, copy: path, problem: problem))
            }
        }
    }

    private func problem(of path: String, _ entry: BackupEntry) -> String? {
        guard FileSystem.exists(path) else {
            return "is not there; the daemon copies it again within a minute"
        }
        do throws(SessionStoreError) {
            // The disk is asked, not the kernel's memory of what was written.
            let found = try FileHash.sha256(path, fromDisk: true)
            return found == entry.sha256
                ? nil
                : "is not what was copied (SHA-256 \(found.prefix(12))…, not "
                    + "\(entry.sha256.prefix(12))…); remove it, and the daemon copies it again: rm "
                    + "'\(path)'"
        } catch {
            return "cannot be read: \(error)"
        }
    }
}
