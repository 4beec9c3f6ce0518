/// Reads samples one behind the other.
struct XDFSampleReader {
    private let format: XDFFormat
    /// Whether nothing impossible was found.
    private(set) var isWhole = true

    /// Bytes of a text that is kept.
    private static let longestText = 1 << 20

    init(_ format: XDFFormat) { self.format = format }

    /// Reads so many samples, or fewer where the bytes end or something impossible stands there.
    /// - Returns: the place behind the last sample that was read.
    mutating func read(
        _ bytes: [UInt8], from start: Int, count: Int, into block: inout XDFBlock
    ) -> Int {
        guard format.value == .string else {
            let places = numberPlaces(bytes, from: start, count: count, into: &block)
            block.append(format, bytes, places.samples)
            return places.end
        }
        var place = start
        for _ in 0..<count {
            guard let next = text(bytes, at: place, into: &block) else { break }
            place = next
        }
        return place
    }

    /// Reads the stamps of samples of numbers, and where their values are.
    private mutating func numberPlaces(
        _ bytes: [UInt8], from start: Int, count: Int, into block: inout XDFBlock
    ) -> (samples: [Int], end: Int) {
        var place = start
        var samples: [Int] = []
        samples.reserveCapacity(min(count, bytes.count / (format.width + 1) + 1))
        for _ in 0..<count {
            guard place < bytes.count else { break }
            var stamp = Double.nan
            var values = place + 1
            switch bytes[place] {
            case 0: break
            case 8:
                values += 8
                guard let bits = bytes.littleEndian(at: place + 1, as: UInt64.self) else {
                    return (samples, place)
                }
                stamp = Double(bitPattern: bits)
            default:
                isWhole = false
                return (samples, place)
            }
            guard values + format.width <= bytes.count else { break }
            block.stamps.append(stamp)
            samples.append(values)
            place = values + format.width
        }
        return (samples, place)
    }

    /// Reads a sample of texts.
    /// - Returns: the place behind it; nil where there is none.
    private mutating func text(
        _ bytes: [UInt8], at start: Int, into block: inout XDFBlock
    ) -> Int? {
        guard start < bytes.count, case .texts(var rows) = block.values else { return nil }
        var place = start + 1
        var stamp = Double.nan
        switch bytes[start] {
        case 0: break
        case 8:
            guard let bits = bytes.littleEndian(at: place, as: UInt64.self) else { return nil }
            stamp = Double(bitPattern: bits)
            place += 8
        default:
            isWhole = false
            return nil
        }
        var row: [String] = []
        row.reserveCapacity(format.channels)
        for _ in 0..<format.channels {
            guard place < bytes.count else { return nil }
            guard let (length, places) = bytes.varying(at: place) else {
                if place + 9 <= bytes.count { isWhole = false }
                return nil
            }
            place += places
            guard length <= bytes.count - place else { return nil }
            let kept = bytes[place..<place + min(length, Self.longestText)]
            if length > Self.longestText { block.cut += 1 }
            row.append(String(decoding: kept, as: UTF8.self))
            place += length
        }
        block.stamps.append(stamp)
        // Taken out first, so that the rows are not copied each time.
        block.values = .texts([])
        rows.append(row)
        block.values = .texts(rows)
        return place
    }
}

extension XDFBlock {
    /// Adds the values of samples of numbers.
    /// - Parameter samples: where in the bytes the values of each begin; all of them lie within.
    mutating func append(_ format: XDFFormat, _ bytes: [UInt8], _ samples: [Int]) {
        let width = format.value.width
        switch values {
        case .texts: return
        case .integers(var columns):
            values = .texts([])
            for channel in columns.indices {
                columns[channel].reserveCapacity(columns[channel].count + samples.count)
                for sample in samples {
                    let place = sample + channel * width
                    let value: Int64 =
                        switch format.value {
                        case .int8: Int64(Int8(bitPattern: bytes[place]))
                        case .int16: Int64(Int16(bitPattern: bytes.number(place)))
                        case .int32: Int64(Int32(bitPattern: bytes.number(place)))
                        default: Int64(bitPattern: bytes.number(place))
                        }
                    columns[channel].append(value)
                }
            }
            values = .integers(columns)
        case .reals(var columns):
            values = .texts([])
            for channel in columns.indices {
                columns[channel].reserveCapacity(columns[channel].count + samples.count)
                for sample in samples {
                    let place = sample + channel * width
                    columns[channel].append(
                        format.value == .float32
                            ? Double(Float(bitPattern: bytes.number(place)))
                            : Double(bitPattern: bytes.number(place)))
                }
            }
            values = .reals(columns)
        }
    }
}

extension [UInt8] {
    /// The number that begins at a place, all of whose bytes are there.
    fileprivate func number<Number: FixedWidthInteger & UnsignedInteger>(_ place: Int) -> Number {
        precondition(place >= 0 && place + MemoryLayout<Number>.size <= count)
        // All of the number's bytes lie within the array.
        return unsafe withUnsafeBytes { buffer in
            Number(
                littleEndian: unsafe buffer.loadUnaligned(fromByteOffset: place, as: Number.self))
        }
    }
}
