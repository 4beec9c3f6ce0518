/// How much of a table is read, and whether its numbers can be what they claim: a stranger's file must
/// neither fill the memory nor make arithmetic overflow.
///
/// Belongs to one statement, which is used inside one access to its database.
final class RowAllowance {
    /// Most rows that are gathered from one table: half a day of events, 90 a second.
    static let rows = 1 << 22
    /// Most bytes of text in them.
    static let textBytes = 64 << 20
    /// Bytes of the longest name or code, which tables say again in each of their rows.
    static let nameBytes = 1024

    private let isStreamed: Bool
    private var rows = 0
    private var textBytes = 0
    private var impossible: Int64?
    private var hasLongName = false

    init(isStreamed: Bool) { self.isStreamed = isStreamed }

    func countRow() { rows += 1 }

    func count(bytes: Int) { textBytes += bytes }

    /// Takes down a number that no recording has.
    func noteImpossible(_ value: Int64) { impossible = impossible ?? value }

    func noteLongName() { hasLongName = true }

    /// Why no further row is read; nil where all is well.
    var refusal: String? {
        if let impossible { return "\(impossible) is no possible time, bound or count" }
        if hasLongName { return "a name in it has more than \(Self.nameBytes) bytes" }
        if isStreamed { return nil }
        if rows > Self.rows { return "a table has more than \(Self.rows) rows" }
        if textBytes > Self.textBytes {
            return "the rows of a table have more than \(Self.textBytes >> 20) MiB of text"
        }
        return nil
    }
}
