import Foundation
import SessionStoreTestSupport
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// A reader of twenty lines of Python, which knows nothing but the format's description.
@Suite struct PythonReaderTests {
    private static let program = repository("Tests/Readers/session_file.py")

    @Test func readsEveryChannelWhileRecordingAndAfterwards() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("it's a 100% test #1?.attune")
        let seed = UInt64.random(in: 1...UInt64.max)
        print("PythonReaderTests seed \(seed)")
        // Sound needs a decoder for FLAC, which no standard library has: see SoundTests.
        var model = SessionModel(
            seed: seed, styles: StreamModel.Style.allCases.filter { $0 != .sound })
        let writer = try SessionWriter.create(
            at: path, description: model.description, streams: model.descriptions)
        // Until each stream has a gap, so that the reader has to find its way across one.
        for step in 0..<400 {
            if step >= 30 && !model.streams.contains(where: { $0.segments.count < 2 }) { break }
            try writer.commit(model.next())
        }
        try compare(path, model, "recording, seed \(seed)")
        try writer.commit(model.stop())
        try writer.close()
        _ = try SessionFinisher(path: path, isAligning: false).run()
        try compare(path, model, "finished, seed \(seed)")
    }

    private func compare(_ path: String, _ model: SessionModel, _ place: Comment) throws {
        for stream in model.streams {
            #expect(stream.segments.count > 1, place)
            for channel in stream.columns.indices {
                // Isolated: no packages of the machine's, only the standard library.
                let text = try output(
                    "/usr/bin/env",
                    [
                        "python3", "-I", "-S", Self.program, path, stream.description.name,
                        stream.description.channels[channel].name,
                    ])
                let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
                #expect(
                    lines.map { Int64($0[0]) } == stream.times.map(\.nanoseconds), place)
                switch stream.columns[channel] {
                case .integers(let values):
                    #expect(lines.map { Int64($0[1]) } == values, place)
                case .reals(let values):
                    let read = lines.compactMap { Double($0[1]) }
                    #expect(read.map(\.isNaN) == values.map(\.isNaN), place)
                    #expect(
                        read.filter { !$0.isNaN }.map(\.bitPattern)
                            == values.filter { !$0.isNaN }.map(\.bitPattern), place)
                }
            }
        }
    }
}
