/// Why a benchmark could not be run, in a sentence for people.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
