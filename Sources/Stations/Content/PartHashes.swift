import SessionStore

/// The SHA-256 of a file and of each of its pieces.
struct PartHashes: Hashable, Sendable {
    var size: Int64
    var partSize: Int64
    /// 64 lowercase hexadecimal digits, as all of them.
    var sha256: String
    var parts: [String]

    /// Reads a source once, piece by piece.
    init(_ source: some PartSource, partSize: Int64) throws(StationsError) {
        size = source.size
        self.partSize = partSize
        parts = []
        let whole = RunningHash()
        for part in 0..<FileParts.count(size: size, partSize: partSize) {
            let bytes = try source.read(
                FileParts.range(part, size: source.size, partSize: partSize))
            whole.add(bytes[...])
            parts.append(Self.sha256(bytes))
        }
        sha256 = whole.end()
    }

    init(_ file: SessionManifest.File) {
        size = file.size
        partSize = file.partSize
        sha256 = file.sha256
        parts = file.parts
    }

    func range(_ part: Int) -> Range<Int64> {
        FileParts.range(part, size: size, partSize: partSize)
    }

    static func sha256(_ bytes: [UInt8]) -> String {
        let hash = RunningHash()
        hash.add(bytes[...])
        return hash.end()
    }
}
