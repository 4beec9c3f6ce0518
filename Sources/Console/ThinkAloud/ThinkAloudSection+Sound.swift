import HTTPTypes
import Hummingbird
import Link
import SystemCalls
import Timebase
import Web

/// The microphone's samples.
extension ThinkAloudSection {
    /// Rates that a microphone may have, in samples a second.
    private static let rates = 8_000...192_000
    /// Seconds of sound in one body at most.
    private static let longest = 2

    private struct Microphone: Decodable {
        var view: String
        var rate: Int
        var settings: JSONValue?
    }

    /// What the browser says of a microphone, before its first samples.
    func microphone(_ call: ConsoleCall) async throws -> Response {
        let room = try await room(call)
        let asked = try await call.body(Microphone.self, most: 16 << 10)
        let view = try checked(view: asked.view)
        let rate = try checked(rate: asked.rate)
        let stream = try await room.stream(
            of: view, rate: rate, settings: asked.settings ?? .null)
        return ConsoleAnswer.json(["stream": .string(stream)])
    }

    /// Takes samples onto the disk; what came before is left out.
    func audio(_ call: ConsoleCall) async throws -> Response {
        let room = try await room(call)
        guard await !room.state.isEnded else { throw ThinkAloudRoom.over }
        let view = try checked(view: call.query("view"))
        let rate = try checked(rate: call.query("rate").flatMap(Int.init))
        let piece = try await piece(call, rate: rate)
        let stream = try await room.stream(of: view, rate: rate)
        let commentary = room.look.commentary
        let name = ThinkAloudLinkName(
            commentary: commentary,
            part: .microphone(view: view, rate: rate, stream: stream))
        let page = ThinkAloudLinkName(commentary: commentary, part: .view(view))
        let directory = room.directory
        let samples = try await rooms.carriers.perform { table in
            let link = try table.openLink(name, in: directory)
            // A new microphone takes over what is known of its page's clock.
            if !link.client.hasTrips {
                try link.take(table.link(page, in: directory).client.knownTrips.trips)
            }
            guard let piece = piece.dropping(before: link.samples, rate: rate),
                piece.first == link.samples + piece.missing
            else { return link.samples }
            try link.put(piece, stream: stream, rate: rate)
            return link.samples
        }
        await room.note(
            ThinkAloudState.Microphone(
                view: view, stream: stream, rate: rate, samples: samples, last: Clocks.now()))
        return ConsoleAnswer.json(["acknowledged": .integer(samples)])
    }

    private func checked(rate: Int?) throws -> Int {
        guard let rate, Self.rates.contains(rate) else {
            throw ConsoleRefusal(.badRequest, "'rate' has to be from 8000 to 192000.")
        }
        return rate
    }

    private func piece(_ call: ConsoleCall, rate: Int) async throws -> SoundPiece {
        guard let first = call.query("first").flatMap(Int64.init), first >= 0, first < 1 << 52
        else { throw ConsoleRefusal(.badRequest, "'first' has to be a number of samples.") }
        guard let milliseconds = try call.number("captured_ms"),
            let captured = PageTime.nanoseconds(milliseconds)
        else { throw ConsoleRefusal(.badRequest, "'captured_ms' has to be a time of the page.") }
        let missing = call.query("missing").map { Int64($0) } ?? 0
        guard let missing, (0..<1 << 40).contains(missing), missing <= first else {
            throw ConsoleRefusal(.badRequest, "'missing' has to be a number of samples.")
        }
        let data = try await call.request.bytes(most: 2 * rate * Self.longest)
        guard !data.isEmpty, data.count.isMultiple(of: 2) else {
            throw ConsoleRefusal(.badRequest, "The body has to be 16-bit samples.")
        }
        return SoundPiece(
            first: first, captured: Instant(nanoseconds: captured), data: data, missing: missing,
            isInterrupted: call.query("interrupted") == "1")
    }
}
