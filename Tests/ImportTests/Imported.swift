import Foundation
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Import

/// A session that was made of bytes, and what it holds.
struct Imported {
    let directory: TemporaryDirectory
    let path: String
    let summary: ImportSummary
    let streams: [StreamDescription]
    let windows: [String: SampleWindow]
    let events: [SessionEvent]
    let gaps: [StreamGap]

    /// Imports bytes as files and reads the session back; checks that it is whole.
    init(
        _ files: [[UInt8]], names: [String] = ["a.xdf", "b.xdf"], isChecked: Bool = true,
        started: Int64? = nil
    ) throws {
        let directory = try TemporaryDirectory("import")
        var paths: [String] = []
        for (bytes, name) in zip(files, names) {
            let place = directory.file(name)
            try Data(bytes).write(to: URL(fileURLWithPath: place))
            paths.append(place)
        }
        let out = directory.file("out.attune")
        var request = ImportRequest(study: "s", participant: "p", out: out, data: directory.path)
        request.started = started
        let summary = try XDFImport.run(paths, request)
        try self.init(directory, out, summary, isChecked: isChecked)
    }

    init(
        _ directory: TemporaryDirectory, _ path: String, _ summary: ImportSummary,
        isChecked: Bool = true
    ) throws {
        self.directory = directory
        self.path = path
        self.summary = summary
        if isChecked {
            let errors = try SessionCheck(path: path).run().filter { $0.severity == .error }
            #expect(errors.isEmpty, "\(errors)")
        }
        let reader = try SessionReader.open(at: path)
        streams = try reader.streams()
        var windows: [String: SampleWindow] = [:]
        for stream in streams where !stream.channels.isEmpty {
            let distant: Int64 = 1 << 59
            windows[stream.name] = try reader.window(
                stream.id, from: Instant(nanoseconds: -distant), to: Instant(nanoseconds: distant))
        }
        self.windows = windows
        events = try reader.events()
        gaps = try reader.gaps()
        try reader.close()
    }

    /// The first channel's values of a stream.
    func values(_ name: String, channel: Int = 0) -> [Double] {
        guard let window = windows[name] else { return [] }
        return switch window.columns[channel] {
        case .integers(let values): values.map(Double.init)
        case .reals(let values): values
        }
    }

    /// Times of a stream's samples, in seconds.
    func times(_ name: String) -> [Double] {
        windows[name]?.times.map { Double($0.nanoseconds) / 1e9 } ?? []
    }

    func notes(_ words: String) -> Int {
        summary.notes.count { $0.message.contains(words) }
    }
}
