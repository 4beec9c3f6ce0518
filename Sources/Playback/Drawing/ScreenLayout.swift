/// Where things stand on a screen of a given size.
public struct ScreenLayout: Hashable, Sendable {
    public let width: Int
    public let height: Int
    /// Header: what is played; position; the whole session as a strip. As many as there is room for.
    public let headerRows: Int
    public let footerRows: Int
    /// Transcript: rows and the column where it ends.
    public let transcriptRows: Range<Int>
    public let transcriptWidth: Int
    /// First column of labels of the tracks.
    public let tracksColumn: Int
    /// First column of the plots, and how many there are.
    public let plotColumn: Int
    public let plotWidth: Int
    /// Row of marks and phases; nil where there is no room.
    public let marksRow: Int?
    public let keysRow: Int?
    public let rulerRow: Int?
    /// First row of each track that is shown, and how many rows each has.
    public let trackRows: [Int]
    public let rowsPerTrack: Int

    /// The column of the present moment.
    public var playheadColumn: Int { plotColumn + plotWidth * 3 / 4 }

    /// Sizes below 1 become 1, above 1000 become 1000, as in `Frame`.
    /// - Parameter tracks: how many tracks there are.
    public init(width: Int, height: Int, tracks: Int) {
        let width = min(max(width, 1), 1000)
        let height = min(max(height, 1), 1000)
        self.width = width
        self.height = height
        headerRows = height >= 10 ? 3 : height >= 4 ? 2 : 1
        footerRows = height >= 7 ? 1 : 0
        let body = max(0, height - headerRows - footerRows)
        let isBeside = width >= 120 && body >= 10
        let isTall = body >= 12
        let hasKeys = body >= 4
        let fixed = (isTall ? 2 : 0) + (hasKeys ? 1 : 0)
        let room: Int
        if isBeside {
            room = body - fixed
        } else {
            room = (isTall ? body * 3 / 5 : body / 2) - fixed
        }
        let wanted = min(tracks, isBeside ? 6 : 3)
        let highest = isBeside ? 12 : 4
        let rows = wanted == 0 ? 1 : min(highest, max(1, room / wanted))
        let visible = max(0, min(tracks, room / rows))
        rowsPerTrack = rows
        let tracksHeight = fixed + visible * rows
        tracksColumn = isBeside ? width * 2 / 5 + 2 : 0
        let gutter = width >= 76 ? 24 : width >= 60 ? 21 : width >= 30 ? 12 : 0
        plotColumn = tracksColumn + gutter
        plotWidth = max(0, width - plotColumn)
        transcriptWidth = isBeside ? width * 2 / 5 : width
        let transcriptHeight = isBeside ? body : max(0, body - tracksHeight)
        transcriptRows = headerRows..<headerRows + transcriptHeight
        var row = isBeside ? headerRows : headerRows + transcriptHeight
        marksRow = isTall ? row : nil
        if isTall { row += 1 }
        keysRow = hasKeys ? row : nil
        if hasKeys { row += 1 }
        trackRows = (0..<visible).map { row + $0 * rows }
        rulerRow = isTall ? row + visible * rows : nil
    }
}
