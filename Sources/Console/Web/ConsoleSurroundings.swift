import Logging
import Web

/// What all parts of the console work with. Any task may use it.
struct ConsoleSurroundings: Sendable {
    let settings: ConsoleSettings
    let gate: Gate
    /// Calls the daemon.
    let station: StationCaller
    /// All sessions, to be listed and read.
    let shelf: SessionShelf
    let log: Logger
}
