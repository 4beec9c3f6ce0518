/// How the rows of an audit trail hang together: each has a hash over the one before and over itself.
///
/// Described in Protocols/formats/session-file.md, so that others can verify it with nothing but SHA-256.
enum AuditChain {
    /// The first field of every serialisation; another one would stand for another scheme.
    static let scheme = "attune-audit-1"

    /// A row as it is hashed.
    struct Row {
        /// 128 random bits as 32 hexadecimal digits.
        var identifier: String
        var entry: AuditEntry
        /// Of the detail, salted with the row's identifier, so that a detail can be redacted later and the
        /// chain still holds.
        var detailSHA256: String
    }

    /// The hash of a row behind `previous`: the hash of the row before, of the first one the subject.
    static func hash(of row: Row, behind previous: String) -> String {
        FileHash.sha256(
            fields: [
                scheme, previous, row.identifier, "\(row.entry.time.nanoseconds)",
                "\(row.entry.realtime)", row.entry.actor, row.entry.action, row.detailSHA256,
            ])
    }

    /// What a row's hash says of its detail.
    static func hash(ofDetail detail: String, in identifier: String) -> String {
        FileHash.sha256(fields: [scheme, identifier, detail])
    }

    /// 128 bits from the kernel's generator, as 32 hexadecimal digits.
    static func makeIdentifier() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension FileHash {
    /// SHA-256 over fields of text, each behind its length in bytes as 8 bytes, the highest first: no two
    /// lists of fields give the same bytes.
    static func sha256(fields: [String]) -> String {
        let digest = RunningHash()
        for field in fields {
            let bytes = Array(field.utf8)
            let length = UInt64(bytes.count)
            digest.add((0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) }[...])
            digest.add(bytes[...])
        }
        return digest.end()
    }
}
