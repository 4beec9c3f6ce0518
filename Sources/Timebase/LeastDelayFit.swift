/// A straight line through the least delayed arrivals of one unbroken stretch, with its bound.
///
/// Positions (x) count the device's samples from the stretch's start, lost ones included; times (y)
/// are nanoseconds since the stretch's first arrival.
///
/// **The bound.** The stretch is cut into at most 64 blocks of equally many packets, and the least
/// delayed arrival of each is kept. With a straight clock these all lie close above the line (about
/// the mean delay divided by the packets in a block); where the clock bends, the blocks at the bend
/// lie further off, and by just as much as the line is wrong there. So the largest of those
/// distances is added to what the profile says of the constant delay, which nobody can see.
struct LeastDelayFit: Hashable, Sendable {
    private(set) var hull = LowerHull()
    private(set) var count = 0
    private var sumX = 0.0
    private var sumY = 0.0
    private var blocks: [LowerHull.Point] = []
    private var blockSize = 1
    private var inBlock = 0
    private(set) var line: LowerHull.Line?
    static let blockCapacity = 64

    /// Adds the arrival of the sample at a position.
    mutating func add(_ point: LowerHull.Point, period: Double) {
        hull.add(point)
        count += 1
        sumX += point.x
        sumY += point.y
        func height(_ point: LowerHull.Point) -> Double { point.y - period * point.x }
        if inBlock == 0 {
            blocks.append(point)
        } else if let last = blocks.last, height(point) < height(last) {
            blocks[blocks.count - 1] = point
        }
        inBlock += 1
        if inBlock >= blockSize {
            inBlock = 0
            if blocks.count >= Self.blockCapacity {
                blocks = stride(from: 0, to: blocks.count - 1, by: 2).map {
                    height(blocks[$0]) < height(blocks[$0 + 1]) ? blocks[$0] : blocks[$0 + 1]
                }
                blockSize *= 2
            }
        }
    }

    /// Lays the line anew, with a slope that the clock can have.
    mutating func refit(slopes: ClosedRange<Double>) {
        guard count > 0 else { return }
        line = hull.supportLine(meanX: sumX / Double(count), slopes: slopes)
    }

    /// Mean delay of the arrivals behind the line, in nanoseconds.
    var jitter: Double {
        guard let line, count > 0 else { return 0 }
        return max(0, sumY / Double(count) - line.value(at: sumX / Double(count)))
    }

    /// Largest distance of a block's least delayed arrival from the line, in nanoseconds.
    var deviation: Double {
        guard let line else { return 0 }
        return blocks.reduce(0) { max($0, $1.y - line.value(at: $1.x)) }
    }
}

extension LeastDelayFit: SavedState {
    func save(into writer: inout StateWriter) {
        writer.write(UInt8(1))
        writer.write(UInt32(hull.corners.count))
        for corner in hull.corners {
            writer.write(corner.x)
            writer.write(corner.y)
        }
        writer.write(Int64(count))
        writer.write(sumX)
        writer.write(sumY)
        writer.write(UInt32(blocks.count))
        for block in blocks {
            writer.write(block.x)
            writer.write(block.y)
        }
        writer.write(Int64(blockSize))
        writer.write(Int64(inBlock))
        writer.write(line != nil)
        writer.write(line?.intercept ?? 0)
        writer.write(line?.slope ?? 0)
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        try reader.expectVersion(1)
        hull = LowerHull(corners: try Self.points(&reader, limit: LowerHull.capacity))
        count = Int(clamping: max(0, try reader.read(Int64.self)))
        sumX = try reader.read(Double.self)
        sumY = try reader.read(Double.self)
        blocks = try Self.points(&reader, limit: Self.blockCapacity)
        blockSize = max(1, Int(clamping: try reader.read(Int64.self)))
        inBlock = max(0, Int(clamping: try reader.read(Int64.self)))
        if blocks.isEmpty { inBlock = 0 }
        let hasLine = try reader.read(Bool.self)
        let intercept = try reader.read(Double.self)
        let slope = try reader.read(Double.self)
        line = hasLine ? LowerHull.Line(intercept: intercept, slope: slope) : nil
    }

    static func points(
        _ reader: inout StateReader, limit: Int
    ) throws(StateError) -> [LowerHull.Point] {
        let count = Int(try reader.read(UInt32.self))
        guard count <= limit else { throw .invalid("\(count) points, at most \(limit)") }
        var points: [LowerHull.Point] = []
        for _ in 0..<count {
            points.append(LowerHull.Point(x: try reader.read(), y: try reader.read()))
        }
        return points
    }
}
