/// Chunks of samples.
extension XDFScanner {
    /// Bytes of a chunk that is read as a whole, so that what is left of a damaged one can be found.
    static let wholeBytes = 4 << 20
    /// Bytes of a larger chunk that are read at once.
    private static let pieceBytes = 1 << 20
    /// Samples and values that are handed out at once.
    private static let mostSamples = 1 << 16
    private static let mostValues = 1 << 20

    /// - Returns: where the next chunk begins.
    func takeSamples(
        _ head: XDFChunkHead, _ visitor: any XDFVisitor
    ) throws(ImportError) -> Int64 {
        guard let format = visitor.format(of: head.stream, at: head.start) else {
            let end = try extent(of: head, visitor)
            try visitor.damage(
                "samples of stream \(head.stream), which has no header", from: head.start, to: end,
                stream: head.stream)
            return end
        }
        if !readsSamples, try goesOn(at: head.end, visitor) {
            try tellHead(head, format, visitor)
            return head.end
        }
        let declared = head.end - head.content
        if declared <= Int64(Self.wholeBytes) || head.end > source.size {
            if let next = try takeWhole(head, format, visitor) { return next }
        }
        return try takePieces(head, format, visitor)
    }

    private func tellHead(
        _ head: XDFChunkHead, _ format: XDFFormat, _ visitor: any XDFVisitor
    ) throws(ImportError) {
        let bytes = try source.bytes(at: head.content, count: 18)
        guard let (count, places) = bytes.varying(at: 0) else { return }
        let most = (head.end - head.content - Int64(places)) / Int64(max(1, format.width + 1))
        guard count > 0, Int64(count) <= most else { return }
        var first = Double.nan
        if bytes.count > places, bytes[places] == 8,
            let bits = bytes.littleEndian(at: places + 1, as: UInt64.self)
        {
            first = Double(bitPattern: bits)
        }
        try visitor.sampleHead(head.stream, count: Int64(count), first: first, at: head.start)
    }

    private func give(
        _ block: XDFBlock, _ head: XDFChunkHead, _ visitor: any XDFVisitor
    ) throws(ImportError) {
        guard block.count > 0 || !block.losses.isEmpty else { return }
        guard readsSamples else {
            if block.count > 0 {
                try visitor.sampleHead(
                    head.stream, count: Int64(block.count), first: block.stamps[0], at: head.start)
            }
            return
        }
        try visitor.samples(head.stream, block, at: head.start)
    }

    /// Whether the samples of a chunk are as many and as long as it says.
    func fits(_ head: XDFChunkHead, _ visitor: any XDFVisitor) throws(ImportError) -> Bool {
        guard let format = visitor.format(of: head.stream, at: head.start) else { return false }
        let bytes = try source.bytes(at: head.content, count: Int(head.end - head.content))
        guard let (count, places) = bytes.varying(at: 0), count > 0 else { return false }
        var block = XDFBlock(format)
        var reader = XDFSampleReader(format)
        let end = reader.read(bytes, from: places, count: count, into: &block)
        return reader.isWhole && block.count == count && end == bytes.count
    }

    // MARK: - Chunks of usual length

    /// Reads a chunk that fits into memory.
    /// - Returns: where the next one begins; nil where it does not fit, whatever it says.
    private func takeWhole(
        _ head: XDFChunkHead, _ format: XDFFormat, _ visitor: any XDFVisitor
    ) throws(ImportError) -> Int64? {
        let declared = Int(min(head.end - head.content, Int64(Self.wholeBytes)))
        // A length that is too short must not hide how many samples there are.
        var bytes = try source.bytes(at: head.content, count: max(declared, 9))
        guard let (count, places) = bytes.varying(at: 0) else {
            return try salvage(head, format, count: nil, places: 0, visitor)
        }
        for isLonger in [false, true] {
            if isLonger {
                // Nor cut off what is there.
                let (most, isHuge) = count.multipliedReportingOverflow(by: format.width + 9)
                let wanted =
                    isHuge || format.value == .string || most > Self.wholeBytes
                    ? Self.wholeBytes : places + most
                if wanted <= bytes.count { break }
                bytes = try source.bytes(at: head.content, count: wanted)
            }
            var block = XDFBlock(format)
            var reader = XDFSampleReader(format)
            let next =
                head.content + Int64(reader.read(bytes, from: places, count: count, into: &block))
            guard reader.isWhole else { break }
            guard block.count == count else { continue }
            if next == head.end {
                try give(block, head, visitor)
                return next
            }
            // The samples end elsewhere than the chunk says: one of the two numbers is wrong.
            guard try goesOn(at: next, visitor) else { break }
            try visitor.damage(
                "the length of a chunk is wrong", from: next, to: next, stream: head.stream)
            try give(block, head, visitor)
            return next
        }
        if bytes.count == Self.wholeBytes, head.end - head.content > Int64(bytes.count) {
            return nil
        }
        return try salvage(head, format, count: count, places: places, visitor)
    }

    /// Reads what is left of a damaged chunk.
    private func salvage(
        _ head: XDFChunkHead, _ format: XDFFormat, count: Int?, places: Int,
        _ visitor: any XDFVisitor
    ) throws(ImportError) -> Int64 {
        var end = try extentOfDamaged(head, visitor)
        var isEndSure = end == head.end
        // Where its length is what was damaged, the number of its samples tells it too, if all of them have stamps.
        if !isEndSure, let count, format.value != .string {
            let (length, isHuge) = count.multipliedReportingOverflow(by: format.width + 9)
            let first = head.content + Int64(places)
            let due = first + Int64(isHuge ? 0 : min(length, Self.wholeBytes))
            if due == end {
                isEndSure = true
            } else if due > first, due <= source.size,
                try goesOn(at: due, visitor)
            {
                end = due
                isEndSure = true
            }
        }
        let bytes = try source.bytes(
            at: head.content,
            count: Int(min(Int64(Self.wholeBytes), max(0, end - head.content))))
        // The number of the samples has one of three lengths; where it cannot be read, its own is unknown.
        let starts = places > 0 ? [places] : [2, 5, 9]
        var best: (block: XDFBlock, lost: Int)?
        for start in starts where start <= bytes.count {
            let found = XDFSalvage(
                format, bytes, start: start, end: bytes.count, isEndSure: isEndSure,
                count: count
            ).run()
            if found.block.count > best?.block.count ?? 0 { best = found }
        }
        guard let best else {
            try visitor.damage(
                "a chunk of samples is damaged: nothing of it could be read", from: head.start,
                to: end, stream: head.stream)
            return end
        }
        // What is missing, the block says itself.
        try give(best.block, head, visitor)
        try visitor.damage(
            "a chunk of samples is damaged: \(best.block.count) of it could be read", from: end,
            to: end, stream: head.stream)
        return end
    }

    /// Where a chunk ends whose samples do not fit what its head says.
    private func extentOfDamaged(
        _ head: XDFChunkHead, _ visitor: any XDFVisitor
    ) throws(ImportError) -> Int64 {
        if head.end <= source.size, try goesOn(at: head.end, visitor) { return head.end }
        return try find(from: head.content, visitor)
    }

    // MARK: - Long chunks

    /// Reads a chunk piece by piece, so that its length does not matter.
    private func takePieces(
        _ head: XDFChunkHead, _ format: XDFFormat, _ visitor: any XDFVisitor
    ) throws(ImportError) -> Int64 {
        let front = try source.bytes(at: head.content, count: 9)
        guard let (count, places) = front.varying(at: 0) else {
            let end = try extentOfDamaged(head, visitor)
            try visitor.damage(
                "a chunk of samples is damaged: nothing of it could be read", from: head.start,
                to: end, stream: head.stream)
            return end
        }
        var position = head.content + Int64(places)
        var left = count
        let limit = min(head.end, source.size)
        let most = max(1, min(Self.mostSamples, Self.mostValues / max(1, format.channels)))
        while left > 0 {
            // At least a sample, however many channels it has.
            let wanted = max(Self.pieceBytes, 2 * (format.width + 9))
            let bytes = try source.bytes(
                at: position, count: Int(min(Int64(wanted), max(0, limit - position))))
            var block = XDFBlock(format)
            var reader = XDFSampleReader(format)
            let consumed = reader.read(bytes, from: 0, count: min(left, most), into: &block)
            if block.count == 0 { break }
            try give(block, head, visitor)
            position += Int64(consumed)
            left -= block.count
        }
        if left == 0, position == head.end { return position }
        if left == 0, try goesOn(at: position, visitor) {
            try visitor.damage(
                "the length of a chunk is wrong", from: position, to: position,
                stream: head.stream)
            return position
        }
        let end = try find(from: position, visitor)
        try visitor.damage(
            "a chunk of samples is damaged: \(count - left) of it could be read",
            from: position, to: end, stream: head.stream)
        return end
    }
}
