import ArgumentParser
import Foundation

/// The options that every benchmark has.
struct BenchmarkOutput: ParsableArguments {
    @Flag(help: "Print one JSON object a line instead of a table.")
    var json = false

    /// Says something about the circumstances, beside the figures (standard error).
    func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
