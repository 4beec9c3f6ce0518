/// How files are cut into pieces that are sent, checked and sent again one by one.
public enum FileParts {
    /// Bytes that a piece may have. S3 takes 5 MiB to 5 GiB; a piece is held in memory.
    static let sizes: ClosedRange<Int64> = 1 << 20...1 << 30
    /// The least that S3 takes of a piece that is not the last.
    public static let least: Int64 = 5 << 20
    /// Bytes of a piece, unless the file has too many of them.
    public static let usual: Int64 = 8 << 20
    /// S3 takes 10000 pieces of a file.
    static let most = 9000

    /// Bytes of each piece of a file: as asked for, and whole MiB more where there would be too many.
    static func size(for bytes: Int64, asked: Int64 = usual) -> Int64 {
        let needed = (bytes + Int64(most) - 1) / Int64(most)
        let rounded = ((needed + (1 << 20) - 1) >> 20) << 20
        return min(max(asked, rounded, sizes.lowerBound), sizes.upperBound)
    }

    /// How many pieces a file has; one that is empty has an empty one.
    static func count(size: Int64, partSize: Int64) -> Int {
        Int(max(1, (size + partSize - 1) / partSize))
    }

    /// Where a piece lies, counted from 0.
    static func range(_ part: Int, size: Int64, partSize: Int64) -> Range<Int64> {
        let start = min(size, Int64(part) * partSize)
        return start..<min(size, start + partSize)
    }
}
