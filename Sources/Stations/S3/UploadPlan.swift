/// What is left to do of a file that began to be sent, from what the store has of it.
struct UploadPlan: Hashable, Sendable {
    /// Tags of pieces that need not be sent again, by their number from 1.
    var kept: [Int: String] = [:]
    /// Numbers of the pieces to send, from 1.
    var missing: [Int] = []

    /// - Parameters:
    ///   - pieces: what the store lists.
    ///   - tag: the tag that a piece has to have; nil where this machine cannot tell.
    init(
        _ hashes: PartHashes, pieces: [ListingPage.ListedPiece],
        tag: (Int) throws(StationsError) -> String?
    ) throws(StationsError) {
        let listed = Dictionary(pieces.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
        for number in 1...hashes.parts.count {
            let range = hashes.range(number - 1)
            // A tag that is no MD5 tells nothing: such a piece is sent again.
            if let piece = listed[number], piece.size == range.upperBound - range.lowerBound,
                let own = try tag(number), own == piece.tag
            {
                kept[number] = own
            } else {
                missing.append(number)
            }
        }
    }

    /// Which of several sendings of the same file goes on: the one of which most is there. The others are given
    /// up, for a store keeps their pieces, and asks money for them, until somebody does.
    /// - Parameter bytes: what the store has of each, by its id.
    static func choose(
        _ sendings: [UnfinishedSending], bytes: [String: Int64]
    ) -> (goesOn: UnfinishedSending?, givenUp: [UnfinishedSending]) {
        let sorted = sendings.sorted {
            (bytes[$0.identifier] ?? 0, $0.began, $0.identifier)
                > (bytes[$1.identifier] ?? 0, $1.began, $1.identifier)
        }
        return (sorted.first, Array(sorted.dropFirst()))
    }

    /// What tells the store to put the pieces together.
    static func completion(_ tags: [Int: String]) -> [UInt8] {
        var text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        for (number, tag) in tags.sorted(by: { $0.key < $1.key }) {
            // Tags were read as letters, digits and '-' alone.
            text +=
                "<Part><PartNumber>\(number)</PartNumber><ETag>&quot;\(tag)&quot;</ETag></Part>"
        }
        return Array((text + "</CompleteMultipartUpload>").utf8)
    }
}
