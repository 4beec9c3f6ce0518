/// What takes in the chunks of an XDF file, in their order. Used by the thread that scans.
protocol XDFVisitor: AnyObject {
    /// The numbers of all streams whose samples can be read.
    var numbers: [UInt32] { get }
    /// Whether a number that no header has is another stream's, of which a byte is wrong; false while nobody knows.
    func isDamaged(number: UInt32) -> Bool
    /// How the samples of a stream are written from a place of the file on; nil where no header says it.
    func format(of stream: UInt32, at position: Int64) -> XDFFormat?
    func fileHeader(_ text: [UInt8]) throws(ImportError)
    /// - Returns: whether the header says enough for reading the stream's samples.
    func streamHeader(_ stream: UInt32, _ text: [UInt8], at position: Int64) throws(ImportError)
    func streamFooter(_ stream: UInt32, _ text: [UInt8]) throws(ImportError)
    /// - Parameters:
    ///   - time: of the sender's clock, in seconds.
    ///   - offset: seconds from it to the recorder's clock.
    func clockOffset(
        _ stream: UInt32, time: Double, offset: Double, at position: Int64
    ) throws(ImportError)
    /// A part of a chunk of samples, as it was read.
    func samples(_ stream: UInt32, _ block: XDFBlock, at position: Int64) throws(ImportError)
    /// The head of a chunk of samples, where the samples themselves are not wanted.
    /// - Parameters:
    ///   - count: how many samples the chunk says it has.
    ///   - first: the stamp of the first of them, NaN where it has none.
    func sampleHead(
        _ stream: UInt32, count: Int64, first: Double, at position: Int64
    ) throws(ImportError)
    func other(_ tag: UInt16, bytes: Int64) throws(ImportError)
    /// Bytes that are no whole chunk were passed over.
    /// - Parameter stream: whose chunk it was; nil where nobody knows.
    func damage(_ reason: String, from: Int64, to: Int64, stream: UInt32?) throws(ImportError)
}

/// Where a chunk lies, as its head says.
struct XDFChunkHead: Hashable, Sendable {
    var start: Int64
    /// Behind tag and number of the stream.
    var content: Int64
    /// Where the next chunk should begin; may lie behind the end of the file.
    var end: Int64
    var tag: UInt16
    var stream: UInt32

    var kind: XDFTag? { XDFTag(rawValue: tag) }
}

/// Walks through the chunks of an XDF file, and finds its way again where it is damaged.
///
/// No number of the file is trusted before something else agrees with it. What stands behind a chunk
/// should be the head of another one (of a known stream, with a possible length, before yet another head), or
/// the file's end; where it is not, that chunk's length or the next chunk is wrong, and the next place is
/// searched for at which heads follow one another, or at which a boundary chunk stands. Memory is bounded by
/// some megabytes, whatever the file says. Used by one thread.
final class XDFScanner {
    let source: ByteSource
    /// Whether samples are read; else their chunks' heads alone.
    let readsSamples: Bool
    /// The last search: where it began, and what it found. In between there is nothing.
    private var searched: (from: Int64, found: Int64)?

    static let magic = Array("XDF:".utf8)
    static let boundary: [UInt8] = [
        0x43, 0xA5, 0x46, 0xDC, 0xCB, 0xF5, 0x41, 0x0F, 0xB3, 0x0E, 0xD5, 0x46, 0x73, 0x83, 0xCB,
        0xE4,
    ]
    /// Longest XML of a header or footer that is read.
    private static let longestText = 16 << 20

    init(_ source: ByteSource, readsSamples: Bool) {
        self.source = source
        self.readsSamples = readsSamples
    }

    /// Whether a file begins as XDF does.
    static func isXDF(_ source: ByteSource) throws(ImportError) -> Bool {
        try source.bytes(at: 0, count: 4) == magic
    }

    /// Hands out all that the file holds.
    func run(_ visitor: any XDFVisitor) throws(ImportError) {
        var position = try Self.isXDF(source) ? 4 : find(from: 0, visitor)
        while position < source.size {
            guard let head = try next(at: position, visitor) else {
                let next = try find(from: position + 1, visitor)
                try visitor.damage("no chunk can be here", from: position, to: next, stream: nil)
                position = next
                continue
            }
            let next = try take(head, visitor)
            // Each step goes forward, whatever a chunk said.
            position = max(next, position + 1)
        }
    }

    /// The chunk that begins at a place where one should; nil where none can.
    private func next(
        at position: Int64, _ visitor: any XDFVisitor
    ) throws(ImportError) -> XDFChunkHead? {
        let head = try head(at: position)
        if let head, try isPossible(head, visitor, strictly: false) {
            var isDoubtful = head.kind == nil
            if head.kind == .clockOffset, head.end - head.content != 16 {
                isDoubtful = try !goesOn(at: head.content + 16, visitor)
            }
            if head.kind == .samples, visitor.format(of: head.stream, at: position) == nil {
                isDoubtful = visitor.isDamaged(number: head.stream)
            }
            guard isDoubtful else { return head }
            return try mended(at: position, visitor) ?? head
        }
        return try mended(at: position, visitor)
    }

    /// A chunk of samples in whose head one byte is wrong: how long its length is, its tag, or its stream. What
    /// stands in it fits one stream to the byte, and another chunk follows.
    private func mended(
        at position: Int64, _ visitor: any XDFVisitor
    ) throws(ImportError) -> XDFChunkHead? {
        let bytes = try source.bytes(at: position, count: 24)
        for width in [1, 4, 8] {
            let length: UInt64? =
                switch width {
                case 1: bytes.littleEndian(at: 1, as: UInt8.self).map(UInt64.init)
                case 4: bytes.littleEndian(at: 1, as: UInt32.self).map(UInt64.init)
                default: bytes.littleEndian(at: 1, as: UInt64.self)
                }
            guard let length, length > 6, length < UInt64(Self.wholeBytes),
                let tag = bytes.littleEndian(at: 1 + width, as: UInt16.self),
                let stream = bytes.littleEndian(at: 3 + width, as: UInt32.self)
            else { continue }
            var head = XDFChunkHead(
                start: position, content: position + Int64(width) + 7,
                end: position + Int64(width) + 1 + Int64(length), tag: XDFTag.samples.rawValue,
                stream: stream)
            guard head.end <= source.size, try goesOn(at: head.end, visitor) else { continue }
            let known = visitor.numbers
            let isTag = tag == XDFTag.samples.rawValue
            if known.contains(stream) {
                if try fits(head, visitor) { return head }
                continue
            }
            // Another stream's only where nothing else is wrong, and one stream alone can be meant.
            guard isTag, bytes.first == UInt8(width), known.count <= Self.mostTried else {
                continue
            }
            var found: [UInt32] = []
            for number in known {
                head.stream = number
                if try fits(head, visitor) { found.append(number) }
            }
            guard found.count == 1 else { continue }
            head.stream = found[0]
            return head
        }
        return nil
    }

    /// Streams that a chunk is tried with.
    private static let mostTried = 64

    // MARK: - Heads

    /// The head of the chunk at a place; nil where there can be none.
    func head(at position: Int64) throws(ImportError) -> XDFChunkHead? {
        let bytes = try source.bytes(at: position, count: 15)
        guard let first = bytes.first else { return nil }
        let length: UInt64?
        switch first {
        case 1: length = bytes.littleEndian(at: 1, as: UInt8.self).map(UInt64.init)
        case 4: length = bytes.littleEndian(at: 1, as: UInt32.self).map(UInt64.init)
        case 8: length = bytes.littleEndian(at: 1, as: UInt64.self)
        default: return nil
        }
        let tagPlace = 1 + Int(first)
        guard let length,
            let tag = bytes.littleEndian(at: tagPlace, as: UInt16.self)
        else { return nil }
        var head = XDFChunkHead(
            start: position, content: position + Int64(tagPlace) + 2,
            // As far as anybody can have meant it; what it is worth is found later.
            end: position + Int64(tagPlace) + Int64(min(length, 1 << 61)), tag: tag, stream: 0)
        if head.kind?.hasStream == true {
            guard let stream = bytes.littleEndian(at: tagPlace + 2, as: UInt32.self)
            else { return nil }
            head.stream = stream
            head.content += 4
        }
        return head
    }

    /// Whether a chunk of this head can be meant.
    /// - Parameter strictly: in a search, where chance must not find chunks that are none.
    func isPossible(
        _ head: XDFChunkHead, _ visitor: any XDFVisitor, strictly: Bool
    ) throws(ImportError) -> Bool {
        let length = head.end - head.content
        switch head.kind {
        case .fileHeader, .streamHeader, .streamFooter:
            if length <= 0, strictly { return false }
            return try beginsWithXML(head.content)
        case .samples:
            guard let format = visitor.format(of: head.stream, at: head.start) else {
                // A header may still come; what is searched for has to be known.
                return !strictly && length > 0 && head.end <= source.size
            }
            // A known stream's number is rare by chance. What is wrong within, its reader finds.
            guard strictly else { return true }
            guard let (count, places) = try varying(at: head.content) else { return false }
            let least = Int64(count).multipliedReportingOverflow(by: Int64(format.width + 1))
            return !least.overflow && least.partialValue <= length - Int64(places)
        case .clockOffset:
            if length == 16, !strictly { return true }
            return (length == 16 || !strictly)
                && visitor.format(of: head.stream, at: head.start) != nil
        case .boundary:
            if length != 16, strictly { return false }
            return try source.bytes(at: head.content, count: 16) == Self.boundary
        case nil: return !strictly && length >= 0 && head.end <= source.size
        }
    }

    private func beginsWithXML(_ position: Int64) throws(ImportError) -> Bool {
        let bytes = try source.bytes(at: position, count: 16)
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        return first == UInt8(ascii: "<")
    }

    /// A number of varying length; nil where there is none or one that no file can hold.
    func varying(at position: Int64) throws(ImportError) -> (value: Int, places: Int)? {
        let bytes = try source.bytes(at: position, count: 9)
        return bytes.varying(at: 0)
    }

    /// Whether the file goes on with chunks at a place, or ends there.
    func goesOn(at position: Int64, _ visitor: any XDFVisitor) throws(ImportError) -> Bool {
        if position == source.size { return true }
        guard position < source.size, let head = try head(at: position),
            try isPossible(head, visitor, strictly: false)
        else { return false }
        // Of a chunk that nobody knows, and where a chunk ends behind the file, the next one decides.
        return try head.kind == nil ? follows(head, visitor) : true
    }

    private func follows(
        _ head: XDFChunkHead, _ visitor: any XDFVisitor
    ) throws(ImportError) -> Bool {
        if head.end == source.size { return true }
        guard head.end < source.size, let next = try self.head(at: head.end) else { return false }
        return try isPossible(next, visitor, strictly: true)
    }

    // MARK: - Finding the way again

    /// The next place from which on the file can be read again; its end where there is none.
    func find(from first: Int64, _ visitor: any XDFVisitor) throws(ImportError) -> Int64 {
        // Many damaged chunks in a row do not cost a walk through the file each.
        if let searched, first >= searched.from, first <= searched.found { return searched.found }
        let found = try search(from: first, visitor)
        searched = (first, found)
        return found
    }

    private func search(
        from first: Int64, _ visitor: any XDFVisitor
    ) throws(ImportError) -> Int64 {
        var position = first
        while position < source.size {
            let bytes = try source.bytes(at: position, count: 1 << 16)
            guard !bytes.isEmpty else { break }
            for place in bytes.indices {
                // The first byte of a head, and of what a head has a tag with.
                guard bytes[place] == 1 || bytes[place] == 4 || bytes[place] == 8 else { continue }
                let tagPlace = place + 1 + Int(bytes[place])
                if tagPlace + 1 < bytes.count {
                    guard bytes[tagPlace] >= 1, bytes[tagPlace] <= 6, bytes[tagPlace + 1] == 0
                    else { continue }
                }
                let here = position + Int64(place)
                guard let head = try head(at: here), head.end <= source.size,
                    try isPossible(head, visitor, strictly: true)
                else { continue }
                if head.kind == .boundary { return here }
                if try follows(head, visitor) { return here }
            }
            position += Int64(bytes.count)
        }
        return source.size
    }

    // MARK: - Chunks

    /// Reads a chunk.
    /// - Returns: where the next one begins.
    private func take(
        _ head: XDFChunkHead, _ visitor: any XDFVisitor
    ) throws(ImportError) -> Int64 {
        if head.kind == .samples { return try takeSamples(head, visitor) }
        if head.kind == .clockOffset {
            let bytes = try source.bytes(at: head.content, count: 16)
            guard let time = bytes.littleEndian(at: 0, as: UInt64.self),
                let offset = bytes.littleEndian(at: 8, as: UInt64.self)
            else {
                try visitor.damage(
                    "a clock offset is cut off", from: head.start, to: source.size,
                    stream: head.stream)
                return source.size
            }
            try visitor.clockOffset(
                head.stream, time: Double(bitPattern: time), offset: Double(bitPattern: offset),
                at: head.start)
            return try behindFixed(head, visitor)
        }
        if head.kind == .boundary { return try behindFixed(head, visitor) }
        let end = try extent(of: head, visitor)
        if end != head.end {
            try visitor.damage(
                "a chunk of \(head.end - head.start) bytes ends after \(end - head.start)",
                from: end, to: end, stream: head.kind?.hasStream == true ? head.stream : nil)
        }
        switch head.kind {
        case nil: try visitor.other(head.tag, bytes: end - head.start)
        case .fileHeader: try visitor.fileHeader(try text(head, end))
        case .streamHeader:
            try visitor.streamHeader(head.stream, try text(head, end), at: head.start)
        case .streamFooter: try visitor.streamFooter(head.stream, try text(head, end))
        case .samples, .clockOffset, .boundary: break
        }
        return end
    }

    /// Where the next chunk begins behind one of 16 bytes.
    private func behindFixed(
        _ head: XDFChunkHead, _ visitor: any XDFVisitor
    ) throws(ImportError) -> Int64 {
        let end = head.content + 16
        if end != head.end {
            try visitor.damage(
                "the length of a chunk is wrong", from: end, to: end,
                stream: head.kind == .boundary ? nil : head.stream)
        }
        return end
    }

    private func text(_ head: XDFChunkHead, _ end: Int64) throws(ImportError) -> [UInt8] {
        try source.bytes(
            at: head.content, count: Int(min(end - head.content, Int64(Self.longestText))))
    }

    /// Where a chunk ends: where it says, unless the file goes on somewhere before.
    func extent(
        of head: XDFChunkHead, _ visitor: any XDFVisitor
    ) throws(ImportError) -> Int64 {
        if try goesOn(at: head.end, visitor) { return head.end }
        let next = try find(from: head.content, visitor)
        guard next > head.end else { return next }
        // What comes behind the chunk is damaged, and found to be so when it is its turn; unless the chunk's own
        // XML goes on to there.
        switch head.kind {
        case .fileHeader, .streamHeader, .streamFooter:
            let length = next - head.content
            guard length <= Int64(Self.longestText) else { return head.end }
            let tail = try source.bytes(at: next - 16, count: 16).reversed().drop {
                [0, 0x20, 0x09, 0x0A, 0x0D].contains($0)
            }
            return tail.first == UInt8(ascii: ">") ? next : head.end
        default: return head.end
        }
    }
}

extension [UInt8] {
    /// A number that is told with how many bytes it has.
    func varying(at place: Int) -> (value: Int, places: Int)? {
        guard place < count else { return nil }
        switch self[place] {
        case 1: return littleEndian(at: place + 1, as: UInt8.self).map { (Int($0), 2) }
        case 4: return littleEndian(at: place + 1, as: UInt32.self).map { (Int($0), 5) }
        case 8:
            guard let value = littleEndian(at: place + 1, as: UInt64.self), value < 1 << 48 else {
                return nil
            }
            return (Int(value), 9)
        default: return nil
        }
    }
}
