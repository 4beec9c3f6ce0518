/// One place of the screen.
public struct Cell: Hashable, Sendable {
    /// nil where the character before it takes two places.
    public var character: Character?
    public var style: Style

    public static let blank = Cell(character: " ", style: .plain)
}
