import Foundation
import SystemCalls

/// The tables of an exported session.
struct DemoTables {
    let folder: String

    struct Samples {
        let table: CSVTable
        func rawRows(_ channels: [String]) throws -> [[Int64]] { [] }
    }
    func samples(of stream: String) throws -> Samples {
        Samples(table: try CSVTable(path: "\(folder)/samples_\(stream).csv"))
    }
    func keystrokes() throws -> (pressed: [Int64], released: [Int64]) { ([], []) }
    func turns() throws -> [[String]] { [] }
}
