import ArgumentParser
import Foundation
import Link

/// `attune watch`: follows a session live.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow a session live, a line a piece.")

    @Option(name: .customLong("stream"), help: "A stream to follow; repeat for several.")
    var streams: [String] = []

    @OptionGroup var which: WhichSession
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let json = global.json
        try global.connect().stream(
            ControlInterface.Subscribe.self,
            .init(session: which.session, streams: streams.isEmpty ? nil : streams)
        ) { reply in
            if json {
                try? Output.json(reply.item)
            } else {
                print(Self.line(reply.item))
            }
            return true
        }
    }

    private static func line(_ item: StreamItem) -> String {
        let time = String(format: "%.3f", Double(item.timeNs) / 1e9)
        let missed = item.missed > 0 ? "  (\(item.missed) pieces missed)" : ""
        guard item.kind == .samples else {
            return "\(time)  \(item.stream)  \(item.event?.text ?? "")\(missed)"
        }
        let last = values(item).suffix(item.channels.count)
        let shown = zip(item.channels, last).map { "\($0) \(String(format: "%.3f", $1))" }
        return "\(time)  \(item.stream)  +\(item.count)  \(shown.joined(separator: "  "))\(missed)"
    }

    /// The values of an item, sample by sample.
    private static func values(_ item: StreamItem) -> [Double] {
        guard let bytes = Data(base64Encoded: item.values) else { return [] }
        return stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            var pattern: UInt64 = 0
            for offset in (0..<8).reversed() {
                pattern = pattern << 8 | UInt64(bytes[bytes.startIndex + start + offset])
            }
            return Double(bitPattern: pattern)
        }
    }
}
