/// The form of a line: fixed text with number fields between, such as `IR={ir}, BPM={bpm}{*}`.
public struct LinePattern: Hashable, Sendable {
    /// A piece of the pattern.
    public enum Piece: Hashable, Sendable {
        /// These bytes.
        case text([UInt8])
        /// A number, spaces before and after it allowed; its index among the fields.
        case field(Int)
        /// Anything up to the end of the line.
        case rest
    }

    public var pieces: [Piece]
    /// The names of the fields in order.
    public var fields: [String]
}
