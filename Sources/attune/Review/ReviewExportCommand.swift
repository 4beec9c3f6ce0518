import ArgumentParser
import Foundation
import Glibc
import Review
import SessionStore

/// `attune review export FILE --format elan`: annotations as another program's file.
struct ReviewExportCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case elan, textgrid }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a session's annotations as an ELAN document or as a TextGrid.",
        discussion: """
            Each layer's exclusive groups and codes become tiers; what would overlap goes into a further \
            tier. Times count from the session's start, in whole milliseconds for ELAN. Turns stand in \
            tiers of their own unless --without-turns is given. Raters' flags are written only where \
            their --layer is named.
            """)

    @Argument(help: "The session's file.", completion: .file(extensions: ["attune"]))
    var file: String
    @Option(help: "One of \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: Format
    @Option(help: "Where to write; '-' is standard output.", completion: .file())
    var out: String
    @Option(
        help: .init("A layer to write, such as a coder's name; by default all.", valueName: "layer")
    )
    var layer: [String] = []
    @Flag(help: "Leave out the chat's turns.")
    var withoutTurns = false

    func run() throws {
        let text = try ReviewExchange(path: file).text(
            format == .elan ? .elan : .textgrid, layers: layer.isEmpty ? nil : layer,
            showsTurns: !withoutTurns, author: "uid \(getuid())")
        if out == "-" { return print(text, terminator: "") }
        try Output.write(text, to: out)
    }
}
