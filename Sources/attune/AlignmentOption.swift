import ArgumentParser
import SessionStore

/// Which alignment a command that reads sessions takes.
struct AlignmentOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whose times: newest of the session's review, recorded for the file's own, or a number.",
            valueName: "newest|recorded|N"))
    var alignment = AlignmentChoice.newest
}

extension AlignmentChoice: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }

    public var defaultValueDescription: String {
        switch self {
        case .newest: "newest"
        case .recorded: "recorded"
        case .number(let number): "\(number)"
        }
    }
}
