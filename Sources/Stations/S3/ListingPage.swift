import Foundation

/// One page of what a store lists: objects (`ListObjectsV2`), or files that began to be sent
/// (`ListMultipartUploads`), or pieces of such a one (`ListParts`).
struct ListingPage: Hashable, Sendable {
    /// Objects and files whose keys begin with what was asked for, with the prefix of the place before them.
    var objects: [StoredObject] = []
    /// What began to be sent, with the store's id of it.
    var sendings: [UnfinishedSending] = []
    /// Beginnings of keys up to a slash.
    var prefixes: [String] = []
    var pieces: [ListedPiece] = []
    /// What to ask for next; nil at the end.
    var next: [String: String]?

    /// A piece that a store has.
    struct ListedPiece: Hashable, Sendable {
        /// From 1.
        var number: Int
        var size: Int64
        /// Without quotes.
        var tag: String
    }

    /// Reads a page.
    /// - Parameter prefix: keys that do not begin with it were not asked for, and are passed over.
    /// - Throws: `strange`.
    init(_ bytes: [UInt8], prefix: String) throws(StationsError) {
        let root = try AnswerReader.read(bytes)
        let isEncoded = root.text("EncodingType")?.lowercased() == "url"
        func decoded(_ text: String) -> String? {
            isEncoded
                ? text.replacing("+", with: " ").removingPercentEncoding : text
        }
        switch root.name {
        case "ListBucketResult":
            for entry in root.all("Contents") {
                guard let key = entry.text("Key").flatMap(decoded), key.hasPrefix(prefix),
                    let size = entry.text("Size").flatMap({ Int64($0) }), size >= 0
                else { continue }
                objects.append(
                    StoredObject(
                        key: key, size: size,
                        changedRealtime: Self.moment(entry.text("LastModified"))))
            }
            prefixes = root.all("CommonPrefixes").compactMap {
                $0.text("Prefix").flatMap(decoded)
            }.filter { $0.hasPrefix(prefix) }
            next = try Self.next(
                root, ["continuation-token": root.text("NextContinuationToken") ?? ""])
        case "ListMultipartUploadsResult":
            for entry in root.all("Upload") {
                guard let key = entry.text("Key").flatMap(decoded), key.hasPrefix(prefix),
                    let identifier = entry.text("UploadId"), Self.isPlain(identifier)
                else { continue }
                sendings.append(
                    UnfinishedSending(
                        key: key, began: Self.moment(entry.text("Initiated")),
                        identifier: identifier))
            }
            next = try Self.next(
                root,
                [
                    "key-marker": root.text("NextKeyMarker").flatMap(decoded) ?? "",
                    "upload-id-marker": root.text("NextUploadIdMarker") ?? "",
                ])
        // Not all stores give it the name that Amazon gives it.
        case "ListPartsResult", "ListPartsResponse":
            for entry in root.all("Part") {
                guard let number = entry.text("PartNumber").flatMap({ Int($0) }),
                    (1...10_000).contains(number),
                    let size = entry.text("Size").flatMap({ Int64($0) }), size >= 0
                else { continue }
                pieces.append(
                    ListedPiece(
                        number: number, size: size, tag: Self.tag(entry.text("ETag") ?? "")))
            }
            next = try Self.next(
                root, ["part-number-marker": root.text("NextPartNumberMarker") ?? ""])
        default:
            throw StationsError(
                .strange, "the store's answer is not understood",
                cause: "it is '\(StoreFault.plain(root.name))' and no list")
        }
    }

    private static func next(
        _ root: AnswerElement, _ markers: [String: String]
    ) throws(StationsError) -> [String: String]? {
        guard root.text("IsTruncated")?.lowercased() == "true" else { return nil }
        let given = markers.filter { !$0.value.isEmpty && $0.value.utf8.count <= 8192 }
        guard !given.isEmpty else {
            throw StationsError(
                .strange, "the store's answer is not understood",
                cause: "more follows, and it does not say where to go on")
        }
        return given
    }

    /// Nanoseconds since 1970-01-01 UTC of such as `2026-11-21T09:30:00.000Z`; 0 where it is none.
    static func moment(_ text: String?) -> Int64 {
        guard var text else { return 0 }
        if let dot = text.firstIndex(of: ".") {
            let end = text[dot...].firstIndex { !$0.isNumber && $0 != "." } ?? text.endIndex
            text.removeSubrange(dot..<end)
        }
        guard let date = try? Date(text, strategy: .iso8601) else { return 0 }
        let seconds = date.timeIntervalSince1970
        return seconds > 0 && seconds < 9e9 ? Int64(seconds) * 1_000_000_000 : 0
    }

    /// A tag without quotes, as far as it is plain.
    static func tag(_ text: String) -> String {
        String(text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
    }

    /// Whether it can be handed back to the store in an address.
    private static func isPlain(_ identifier: String) -> Bool {
        (1...2048).contains(identifier.utf8.count)
            && identifier.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
