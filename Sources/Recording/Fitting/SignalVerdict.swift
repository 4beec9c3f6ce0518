import Link

/// What a check says of one signal, with a sentence on what to do.
struct SignalVerdict: Hashable, Sendable {
    var state: FittingCheck.State
    var text: String

    init(_ state: FittingCheck.State, _ text: String) {
        self.state = state
        self.text = text
    }
}
