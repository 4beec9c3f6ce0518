import Timebase
struct DemoComparison {
    let places: DemoPlaces
    let started: Instant
    let stopping: Instant
    func run(_ file: String) throws -> [String] { [] }
}
