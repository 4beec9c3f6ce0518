/// The bytes of an input, taken one after another; nothing but zeros behind their end.
struct FuzzInput {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place >= bytes.count }

    mutating func byte() -> Int {
        guard place < bytes.count else { return 0 }
        defer { place += 1 }
        return Int(bytes[place])
    }

    /// So many bytes as a whole number, the lowest first.
    mutating func number(bytes count: Int) -> Int64 {
        (0..<count).reduce(0) { $0 | Int64(truncatingIfNeeded: byte()) << Int64(8 * $1) }
    }

    /// The next bytes, as many as the first of them says, at most 255.
    mutating func string() -> [UInt8] {
        let count = byte()
        return (0..<count).map { _ in UInt8(byte()) }
    }

    /// Each way of reading each of the files is there; a few kinds of change of each table; and each column of
    /// each table given a number or a word that means something, where its type does not keep it out.
    static func seeds(_ images: [SessionImage]) -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        for (place, image) in images.enumerated() {
            for reading in 0..<8 {
                seeds.append([UInt8(place | reading << 2), UInt8(reading * 31)])
            }
            guard image.isLenient else { continue }
            for (number, table) in image.tables.enumerated() {
                for kind in ImageChange.Kind.allCases
                where kind != .set && (Int(kind.rawValue) + number) % 4 == 0 {
                    seeds.append(
                        [UInt8(place), 0, kind.rawValue, UInt8(number), 1, 1, 1, 1, 1, 1, 1])
                }
                for column in table.columns.indices {
                    let kind = [UInt8(2), 4, 6][(number + column) % 3]
                    let reading = (number + column) % 8
                    let value = UInt8((7 * column + number) % 256)
                    seeds.append([
                        UInt8(place | reading << 2), kind, ImageChange.Kind.set.rawValue,
                        UInt8(number), 255, UInt8(column), kind, value,
                    ])
                }
            }
        }
        return seeds
    }

    /// The same for rows alone: each call, and each column of each table given a number or a word, with a call
    /// that may meet it.
    static func rowSeeds(_ images: [SessionImage]) -> [[UInt8]] {
        var seeds: [[UInt8]] = (0..<64).flatMap { call in
            [UInt8(0), 1, 2, 28].map { [$0, UInt8(call), UInt8(call * 31 & 255), UInt8(call)] }
        }
        for (place, image) in images.enumerated() {
            for (number, table) in image.tables.enumerated() {
                for column in table.columns.indices {
                    for kind in [UInt8(2), 4, 6] {
                        let call = UInt8(truncatingIfNeeded: seeds.count)
                        seeds.append([
                            UInt8(place) | (call & 1) << 1
                                | (table.file == images[0].tables[0].file ? 0 : 28),
                            call, 0, call >> 2, ImageChange.Kind.set.rawValue, UInt8(number), 255,
                            UInt8(column), kind, call,
                        ])
                    }
                }
            }
        }
        return seeds
    }
}
