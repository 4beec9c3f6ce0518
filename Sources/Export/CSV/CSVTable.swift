/// A table of the export: its name and its columns, in order.
struct CSVTable {
    /// The file that describes the columns of all others.
    static let codebookFile = "codebook.csv"

    var name: String
    var columns: [CSVColumn]

    var file: String { "\(name).csv" }
}
