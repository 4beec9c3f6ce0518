import ArgumentParser
import SystemCalls

/// Where the console's own files and the sessions are.
struct PlaceOptions: ParsableArguments {
    @Option(help: "Where sessions are kept.")
    var data: String?

    @Option(
        help: "Where the console keeps accounts, sign-ins, exports and what is not delivered yet.")
    var state: String?

    var dataFolder: String { data ?? Places.data }
    var stateFolder: String { state ?? Places.consoleState(data: dataFolder) }
}
