/// Where a place is: a folder, or a prefix in a bucket of a store that speaks S3.
public enum PlaceAddress: Hashable, Sendable, CustomStringConvertible {
    /// The folder's path.
    case directory(String)
    /// The bucket, and what all names begin with, without slashes at its ends; may be empty.
    case bucket(String, prefix: String)

    /// Reads `/mnt/share/study`, or `s3://BUCKET/PREFIX`.
    /// - Throws: `configuration`.
    public init(_ text: String) throws(StationsError) {
        guard let scheme = text.firstRange(of: "://") else {
            guard !text.isEmpty, !text.contains("\0") else {
                throw StationsError(.configuration, "a place is a folder or s3://BUCKET/PREFIX")
            }
            var path = text
            while path.count > 1, path.hasSuffix("/") { path.removeLast() }
            self = .directory(path)
            return
        }
        guard text[..<scheme.lowerBound] == "s3" else {
            throw StationsError(
                .configuration,
                "'\(text)' is no place: use a folder or s3://BUCKET/PREFIX; the store's address is "
                    + "given by --endpoint")
        }
        let rest = text[scheme.upperBound...]
        let bucket = rest.prefix { $0 != "/" }
        guard !bucket.contains("@") else {
            throw StationsError(
                .configuration,
                "an s3:// place holds no credentials: they come from the environment or from "
                    + "~/.aws/credentials")
        }
        guard Self.isBucket(bucket) else {
            throw StationsError(
                .configuration,
                "'\(bucket)' is no name of a bucket: 3 to 63 lowercase letters, digits, '-' and '.'"
            )
        }
        var prefix = rest.dropFirst(bucket.count)
        while prefix.hasPrefix("/") { prefix.removeFirst() }
        while prefix.hasSuffix("/") { prefix.removeLast() }
        for part in prefix.split(separator: "/", omittingEmptySubsequences: false)
        where !prefix.isEmpty {
            guard !part.isEmpty, part != ".", part != "..",
                part.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else {
                throw StationsError(
                    .configuration, "'\(prefix)' cannot be a prefix: no empty parts, '.' or '..'")
            }
        }
        guard prefix.utf8.count <= 512 else {
            throw StationsError(.configuration, "the prefix is longer than 512 bytes")
        }
        self = .bucket(String(bucket), prefix: String(prefix))
    }

    private static func isBucket(_ name: Substring) -> Bool {
        let isPlain = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        let ends = [name.first, name.last].allSatisfy { $0 != nil && $0 != "-" && $0 != "." }
        return (3...63).contains(name.utf8.count) && isPlain && ends && !name.contains("..")
    }

    public var description: String {
        switch self {
        case .directory(let path): path
        case .bucket(let bucket, let prefix):
            prefix.isEmpty ? "s3://\(bucket)" : "s3://\(bucket)/\(prefix)"
        }
    }
}
