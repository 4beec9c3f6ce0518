/// A part of the console, such as playback: its addresses, and what answers them.
protocol ConsoleSection: Sendable {
    func addRoutes(to router: ConsoleRouter)
}
