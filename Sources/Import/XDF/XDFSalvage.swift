/// Finds what is left of a damaged chunk of samples.
///
/// A sample of numbers begins with 0 or 8, and that says how long it is. So from the chunk's end backwards it can
/// be told from which places a chain of samples reaches just there. Where samples read from the front break off,
/// the next place of such a chain is taken up; the one in between is lost, unless its first byte alone was
/// damaged. Where several are lost in between but none of their bytes is missing, those are taken whose stamps are
/// right, at least by their last bytes, which stand right before the values: what overwrote the beginning ended there.
/// Texts have lengths of their own, and are read as far as they go.
struct XDFSalvage {
    private let format: XDFFormat
    private let bytes: [UInt8]
    private let start: Int
    private let end: Int
    /// Whether the chunk ends there beyond doubt, so that chains of samples that do so mean something.
    private let isEndSure: Bool
    /// How many samples the chunk says it has; nil where that cannot be read.
    private let count: Int?

    /// Places of the front from which a chain is searched for: each costs a walk through the chunk.
    private static let mostTried = 8
    /// Bytes of zeros at the beginning that are not believed where nothing says how many samples there are.
    private static let mostZeros = 64
    /// Samples at the end that are not believed, at most: with more of them it is what was before that is wrong.
    private static let mostStrange = 4

    /// - Parameters:
    ///   - start: where the first sample is.
    ///   - end: where the chunk ends, as far as can be told.
    init(
        _ format: XDFFormat, _ bytes: [UInt8], start: Int, end: Int, isEndSure: Bool = true,
        count: Int?
    ) {
        self.isEndSure = isEndSure
        self.format = format
        self.bytes = bytes
        self.start = start
        self.end = end
        self.count = count
    }

    /// What could be read, and how many samples are missing; -1 where nobody knows.
    func run() -> (block: XDFBlock, lost: Int) {
        var block = XDFBlock(format)
        var reader = XDFSampleReader(format)
        let part = Array(bytes[..<end])
        guard format.value != .string else {
            // Without a number of samples there are as many as the bytes hold.
            _ = reader.read(part, from: start, count: min(count ?? .max, end), into: &block)
            let lost = missing(block.count)
            if lost != 0 { block.losses.append((block.count, lost)) }
            return (block, lost)
        }
        // Zeros are samples of zeros without stamps, however many there are: where the number is overwritten with them,
        // so is what stands behind it.
        if count == nil, start + Self.mostZeros <= end,
            bytes[start..<start + Self.mostZeros].allSatisfy({ $0 == 0 })
        {
            return (block, -1)
        }
        let chains = chains()
        let front = front()
        let whole = isEndSure ? chains[start] ?? 0 : 0
        if whole > 0 {
            // Where all fits but the number of samples, that number is wrong.
            _ = reader.read(part, from: start, count: whole, into: &block)
            return (block, 0)
        }
        guard isEndSure, let join = join(front, chains) else {
            let kept = believed(front, max(0, min(front.count - 1, count ?? .max)))
            _ = reader.read(part, from: start, count: kept, into: &block)
            let lost = missing(kept)
            block.losses.append((block.count, lost))
            return (block, lost)
        }
        _ = reader.read(part, from: start, count: join.before, into: &block)
        if join.isMended {
            // Its first byte alone was wrong: its length tells which it was.
            let flag: UInt8 = join.next - front[join.before] == format.width + 9 ? 8 : 0
            var mended = part
            mended[front[join.before]] = flag
            _ = reader.read(mended, from: front[join.before], count: 1, into: &block)
        } else {
            readBetween(front[join.before], join, into: &block)
        }
        var rest = XDFSampleReader(format)
        _ = rest.read(part, from: join.next, count: chains[join.next] ?? 0, into: &block)
        return (block, block.losses.reduce(0) { $0 + $1.lost })
    }

    // MARK: - Between two parts

    /// Reads what is left between the front and the chain behind it: where all samples have stamps and no byte is
    /// missing, it is known where each begins, whatever stands there.
    private func readBetween(_ place: Int, _ join: Join, into block: inout XDFBlock) {
        let length = format.width + 9
        guard join.next - place == join.lost * length, bytes[join.next] == 8,
            let after = bytes.littleEndian(at: join.next + 1, as: UInt64.self)
        else { return block.losses.append((block.count, join.lost)) }
        var lost = 0
        for number in 0..<join.lost {
            let begin = place + number * length
            let away = join.lost - number
            guard let own = bytes.littleEndian(at: begin + 1, as: UInt64.self),
                isWhole(own, before: after, by: away)
            else {
                lost += 1
                continue
            }
            if lost > 0 { block.losses.append((block.count, lost)) }
            lost = 0
            var sample = Array(bytes[begin..<begin + length])
            sample[0] = 8
            var reader = XDFSampleReader(format)
            _ = reader.read(sample, from: 0, count: 1, into: &block)
            if !isStamp(own, before: after, by: away, isMarked: bytes[begin] == 8) {
                block.stamps[block.count - 1] = .nan
            }
        }
        if lost > 0 { block.losses.append((block.count, lost)) }
    }

    /// Bytes of a stamp, from its last one back, that do not come out right by chance; of the last sample before
    /// those that are whole one is enough, since that is where the damage ends.
    private static let likeBytes = (among: 2, last: 1)

    /// Whether a sample's values are as they were written, by what its stamp looks like.
    /// - Parameters:
    ///   - own: the stamp's bits.
    ///   - after: those of the first sample that is whole, so many samples later.
    private func isWhole(_ own: UInt64, before after: UInt64, by away: Int) -> Bool {
        guard own != 0 else { return false }
        let like = (own ^ after).leadingZeroBitCount / 8
        return like >= (away == 1 ? Self.likeBytes.last : Self.likeBytes.among)
            || isStamp(own, before: after, by: away, isMarked: false)
    }

    /// Whether a stamp is one: about when the sample was due, and where there is no rate, one whose first byte is
    /// right and which is no later than the next.
    private func isStamp(
        _ own: UInt64, before after: UInt64, by away: Int, isMarked: Bool
    ) -> Bool {
        let wait = Double(bitPattern: after) - Double(bitPattern: own)
        guard format.step > 0 else { return isMarked && (0..<86_400).contains(wait) }
        return abs(wait - Double(away) * format.step) < max(0.02, 2 * format.step)
    }

    // MARK: - The parts

    /// How many samples are missing where so many were read; -1 where nobody knows.
    private func missing(_ read: Int) -> Int {
        // A number of samples for which the chunk has no room is as damaged as the rest.
        guard let count, count <= (bytes.count - start) / (format.width + 1) else { return -1 }
        return max(0, count - read)
    }

    /// By place: how many samples lie one behind the other from there to the end; nil where none do.
    private func chains() -> Chains {
        var counts = [Int32](repeating: -1, count: end + 1)
        counts[end] = 0
        var place = end - 1
        while place >= start {
            if bytes[place] == 0 || bytes[place] == 8 {
                let next = place + 1 + Int(bytes[place]) + format.width
                if next <= end, counts[next] >= 0 { counts[place] = counts[next] + 1 }
            }
            place -= 1
        }
        return Chains(counts: counts)
    }

    private struct Chains {
        let counts: [Int32]
        subscript(place: Int) -> Int? {
            guard counts.indices.contains(place), counts[place] >= 0 else { return nil }
            return Int(counts[place])
        }
    }

    /// Where the samples from the front begin, and the place behind the last of them.
    private func front() -> [Int] {
        var places = [start]
        var place = start
        while place < end {
            guard bytes[place] == 0 || bytes[place] == 8 else { break }
            let next = place + 1 + Int(bytes[place]) + format.width
            guard next <= end else { break }
            places.append(next)
            place = next
        }
        return places
    }

    /// How many of the first samples are some: where they break off, what is read last may be what stands there
    /// instead. That shows by stamps far from those before, and by stamps that are missing where all others have one.
    private func believed(_ places: [Int], _ kept: Int) -> Int {
        var last: Double?
        var stamped = 0
        var strange: Int?
        for (number, place) in places.prefix(kept).enumerated() {
            if bytes[place] == 8, let bits = bytes.littleEndian(at: place + 1, as: UInt64.self) {
                let stamp = Double(bitPattern: bits)
                if abs(stamp) < StampCleaner.largest,
                    last.map({ (-60..<86_400).contains(stamp - $0) }) ?? true
                {
                    last = stamp
                    stamped += 1
                    strange = nil
                    continue
                }
            } else if stamped < number || stamped < Self.mostStrange {
                continue
            }
            strange = strange ?? number
        }
        guard let strange, kept - strange <= Self.mostStrange else { return kept }
        return strange
    }

    private struct Join {
        /// Samples of the front that are taken.
        var before: Int
        /// Where the rest begins.
        var next: Int
        var lost: Int
        var isMended: Bool
    }

    /// Where the front goes over into a chain that reaches the end.
    private func join(_ places: [Int], _ chains: Chains) -> Join? {
        // One sample between the two whose first byte is wrong: the first such place, since behind it what is
        // read from the front is out of step.
        for (before, place) in places.enumerated() where place < end {
            for flag in [8, 0] {
                let next = place + 1 + flag + format.width
                guard let rest = chains[next], bytes[place] != UInt8(flag) else { continue }
                if let count, before + 1 + rest != count { continue }
                if count == nil, rest < 3 { continue }
                return Join(before: before, next: next, lost: 0, isMended: true)
            }
        }
        guard let count else { return nil }
        // More than that is gone: what is missing must be as long as its samples are.
        for (before, place) in places.enumerated().reversed().prefix(Self.mostTried)
        where place < end {
            for next in place + 1..<end {
                guard let rest = chains[next], rest > 0 else { continue }
                let lost = count - before - rest
                guard lost >= 1 else { continue }
                let length = next - place
                if length >= lost * (format.width + 1), length <= lost * (format.width + 9) {
                    return Join(before: before, next: next, lost: lost, isMended: false)
                }
            }
        }
        return nil
    }
}
