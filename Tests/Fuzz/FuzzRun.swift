import DeviceProfiles
import Timebase

/// What one input does to a decoder, or to a conversation, and what must hold whatever it does.
///
/// The first byte chooses: bit 0, whether a twin of the decoder is saved and restored at every step
/// and given bytes one by one, and must give the same; bit 1, whether a conversation is held first, and
/// bit 2, which one; bit 3, whether the output is gathered or emptied at each step. Then come steps: a byte whose lower half says what is done and whose upper half
/// names the characteristic, a byte with the count of bytes that belong to it (255: all that are
/// left), and these bytes.
struct FuzzRun {
    private let bytes: [UInt8]
    private var position = 0
    private var decoder: any SampleDecoder
    private var twin: (any SampleDecoder)?
    private var output: DecodedOutput
    private var twinOutput: DecodedOutput

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        decoder = target.profile.makeDecoder()
        output = DecodedOutput(target.profile)
        twinOutput = output
    }

    mutating func run() {
        guard let mode = bytes.first else { return }
        position = 1
        if mode & 2 != 0 { converse(isStart: mode & 4 == 0) }
        if mode & 1 != 0 { twin = decoder }
        let gathers = mode & 8 != 0
        while let (what, characteristic, content) = nextStep() {
            step(what, characteristic, content)
            check(output)
            if !same() { fatalError("the twin gave \(twinOutput), the decoder \(output)") }
            if !gathers || output.streams.contains(where: { $0.count > 10_000 }) {
                output.removeAll()
                twinOutput.removeAll()
            }
        }
        decoder.finish(into: &output)
        check(output)
        if var twin {
            twin.finish(into: &twinOutput)
            self.twin = twin
            if !same() { fatalError("at the end the twin gave \(twinOutput), not \(output)") }
        }
    }

    private mutating func nextStep() -> (what: Int, characteristic: Int, content: [UInt8])? {
        guard position < bytes.count else { return nil }
        let head = bytes[position]
        let left = bytes.count - position - 2
        guard left >= 0 else { return nil }
        let told = Int(bytes[position + 1])
        let count = told == 255 ? left : min(told, left)
        let start = position + 2
        position = start + count
        return (
            Int(head & 15), Int(head >> 4) % (target.characteristics + 1),
            Array(bytes[start..<start + count])
        )
    }

    // MARK: Decoding

    private mutating func step(_ what: Int, _ characteristic: Int, _ content: [UInt8]) {
        switch what {
        case 9: decoder = restored(decoder)
        case 10:
            both { if content.count % 2 == 0 || !$0.suspect() { $0.interrupt() } }
        case 11:
            decoder.finish(into: &output)
            if var twin {
                twin.finish(into: &twinOutput)
                self.twin = twin
            }
            return
        case 12: return both { $0.configure(content) }
        case 13:
            // A state out of nowhere is refused, or does no harm.
            var other = target.profile.makeDecoder()
            var reader = StateReader(content)
            if (try? other.restore(from: &reader)) == nil { return }
            decoder = other
            twin = twin == nil ? nil : other
            return
        case 14:
            // A state with one byte changed, likewise.
            var writer = StateWriter()
            decoder.save(into: &writer)
            var state = writer.bytes
            if content.count >= 2, !state.isEmpty {
                state[Int(content[0]) % state.count] ^= content[1]
            }
            var other = target.profile.makeDecoder()
            var reader = StateReader(state)
            if (try? other.restore(from: &reader)) == nil { return }
            decoder = other
            twin = twin == nil ? nil : other
            return
        default: break
        }
        feed(content, characteristic, to: &decoder, into: &output)
        guard var twin else { return }
        twin = restored(twin)
        if target.isByteStream, !content.isEmpty {
            for byte in content { feed([byte], characteristic, to: &twin, into: &twinOutput) }
        } else {
            feed(content, characteristic, to: &twin, into: &twinOutput)
        }
        self.twin = twin
    }

    private mutating func both(_ change: (inout any SampleDecoder) -> Void) {
        change(&decoder)
        if var twin {
            change(&twin)
            self.twin = twin
        }
    }

    private func feed(
        _ content: [UInt8], _ characteristic: Int, to decoder: inout any SampleDecoder,
        into output: inout DecodedOutput
    ) {
        // Used within the call only.
        unsafe content.withUnsafeBytes { buffer in
            if case .bluetooth = target.profile.transport {
                unsafe decoder.decode(packet: buffer, from: characteristic, into: &output)
            } else {
                unsafe decoder.decode(buffer, into: &output)
            }
        }
    }

    /// The decoder as it comes back from its saved state; saving it again gives the same bytes.
    private func restored(_ decoder: any SampleDecoder) -> any SampleDecoder {
        var writer = StateWriter()
        decoder.save(into: &writer)
        let state = writer.bytes
        if state.count > 1 << 20 { fatalError("a state of \(state.count) bytes") }
        var other = target.profile.makeDecoder()
        var reader = StateReader(state)
        do {
            try other.restore(from: &reader)
        } catch {
            fatalError("a decoder refuses its own state: \(error)")
        }
        if !reader.isAtEnd { fatalError("a decoder leaves a part of its own state") }
        var again = StateWriter()
        other.save(into: &again)
        if again.bytes != state { fatalError("a restored decoder saves another state") }
        return other
    }

    // MARK: What must hold

    private func check(_ output: DecodedOutput) {
        for stream in output.streams {
            if !stream.columns.allSatisfy({ $0.count == stream.count }) {
                fatalError("columns of different lengths: \(stream)")
            }
            if !stream.ages.isEmpty, stream.ages.count != stream.count {
                fatalError("\(stream.ages.count) ages of \(stream.count) samples")
            }
            var last = -1
            for time in stream.deviceTimes {
                if time.offset <= last || time.offset >= stream.count {
                    fatalError("a device time at \(time.offset) after \(last) of \(stream.count)")
                }
                last = time.offset
            }
            for skip in stream.breaks
            where skip.missing < 0 || skip.beforeOffset < 0 || skip.beforeOffset > stream.count {
                fatalError("\(skip) in \(stream.count) samples")
            }
        }
        for fault in output.faults where fault.bytes < 0 || fault.beforeOffset < 0 {
            fatalError("\(fault)")
        }
    }

    /// NaN counts as equal to itself. Skipped bytes may be told in parts, but add up.
    private func same() -> Bool {
        guard twin != nil else { return true }
        guard output.faults == twinOutput.faults else { return false }
        return zip(output.streams, twinOutput.streams).allSatisfy { one, other in
            one.count == other.count && one.breaks == other.breaks && one.ages == other.ages
                && one.deviceTimes == other.deviceTimes
                && zip(one.columns, other.columns).allSatisfy { one, other in
                    switch (one, other) {
                    case (.reals(let one), .reals(let other)):
                        one.map(\.bitPattern) == other.map(\.bitPattern)
                    default: one == other
                    }
                }
        }
    }

    // MARK: Conversing

    /// Holds a conversation in which the steps are what the device says.
    private mutating func converse(isStart: Bool) {
        var conversation =
            isStart ? target.profile.startConversation() : target.profile.stopConversation()
        var event = ConversationEvent.begun
        // A conversation that hears nothing more must come to an end by itself.
        var left = bytes.count + 500
        while true {
            left -= 1
            if left == 0 { fatalError("the conversation does not end") }
            switch conversation.next(event) {
            case .write(let bytes, _):
                if bytes.isEmpty { fatalError("nothing is written") }
                event = nextStep(isRefusal: 15)
            case .read:
                if let (what, _, content) = nextStep() {
                    event = what == 15 ? .refused("no") : .value(content)
                } else {
                    event = .refused("no")
                }
            case .wait: event = .done
            case .receive(let milliseconds, _):
                if milliseconds <= 0 { fatalError("nothing can be received in no time") }
                guard let (what, characteristic, content) = nextStep(), what != 14 else {
                    event = .timedOut
                    continue
                }
                event = .received(content, characteristic: characteristic)
            case .finished(let settings, _): return decoder.configure(settings)
            case .failed(let reason):
                if reason.isEmpty { fatalError("a failure without words") }
                return
            }
        }
    }

    /// A write is done, unless the input's next byte says that the device refuses.
    private mutating func nextStep(isRefusal: UInt8) -> ConversationEvent {
        guard position < bytes.count, bytes[position] == isRefusal else { return .done }
        position += 1
        return .refused("no")
    }
}
