import Ring
import SessionStore
import Timebase

/// Samples of linked clients, and the pieces for live subscribers.
extension Interpreter {
    func takeLinkSamples(_ record: RingRecord) {
        guard let source = sources[record.source], let session = source.session,
            record.position >= session.positions.control,
            case .linked(let declared) = source.content,
            let head = unsafe LinkSamplesRecord(record.bytes),
            Int(head.stream) < declared.count, Int(head.stream) < source.streams.count,
            let stream = session.streams[source.streams[Int(head.stream)]],
            session.isNew(head.sequence, of: source.name)
        else { return }
        let layout = declared[Int(head.stream)]
        let stampBytes = head.isStamped ? Int(head.count) * 8 : 0
        let start = LinkSamplesRecord.headBytes + stampBytes
        guard layout.sampleBytes > 0, unsafe start <= record.bytes.count else { return }
        let body = unsafe UnsafeRawBufferPointer(rebasing: record.bytes[start...])
        let count = min(Int(head.count), body.count / layout.sampleBytes)
        guard count > 0 else { return }
        let columns = unsafe LinkedSamples.columns(layout, body, count: count)
        if let cause = head.interruption { stream.interrupt(cause, keepsPosition: false) }
        let breaks =
            head.missing > 0 ? [CounterBreak(beforeOffset: 0, missing: head.missing)] : []
        let first = stream.samples
        // A client with a clock of its own: its times are mapped, and the bounds grow by that.
        let client = source.name
        func mapped(_ time: Instant) -> Instant {
            let moment = session.moment(time, of: client, arrival: record.stamp)
            if moment.bound > 0 { stream.clock.arrivalsAreUncertain(by: moment.bound) }
            return moment.time
        }
        let last = mapped(head.last)
        if head.isStamped {
            // The stamps lie before the samples, and their room was checked above.
            for sample in 0..<count {
                let stamp = unsafe Int64(
                    littleEndian: record.bytes.loadUnaligned(
                        fromByteOffset: LinkSamplesRecord.headBytes + sample * 8, as: Int64.self))
                stream.take(
                    columns.map { $0.element(sample) }, count: 1,
                    arrival: mapped(Instant(nanoseconds: stamp)),
                    breaks: sample == 0 ? breaks : [])
            }
        } else {
            stream.take(columns, count: count, arrival: last, breaks: breaks)
        }
        source.health.note(Int64(count), of: Int(head.stream), at: record.stamp)
        source.health.lastSample = last
        if followed.contains(session.number) {
            publish(stream, session, first, columns, count, last, read: record.stamp)
        }
    }

    /// Puts samples into the live feed, in physical units.
    /// - Parameters:
    ///   - arrival: their time where their clock knows none yet.
    ///   - read: when their bytes reached the station.
    func publish(
        _ stream: StreamRecorder, _ session: SessionRecorder, _ first: Int64,
        _ columns: [SampleColumn], _ count: Int, _ arrival: Instant, read: Instant
    ) {
        let channels = stream.description.channels
        var values: [Double] = []
        values.reserveCapacity(count * channels.count)
        for sample in 0..<count {
            for (channel, column) in zip(channels, columns) {
                switch column {
                case .integers(let raw): values.append(channel.physical(Double(raw[sample])))
                case .reals(let raw): values.append(channel.physical(raw[sample]))
                }
            }
        }
        live.append(
            LiveFeed.Item(
                session: session.number, stream: stream.description.name,
                time: stream.clock.time(of: first) ?? arrival, bound: stream.clock.bound,
                channels: channels.map(\.name),
                content: .samples(
                    firstIndex: first, count: count, period: stream.clock.period, values: values),
                arrival: read))
    }

    func publish(_ event: LinkEventRecord, _ session: SessionRecorder, read: Instant) {
        live.append(
            LiveFeed.Item(
                session: session.number, stream: event.stream, time: event.time,
                bound: event.bound, channels: [],
                content: .event(
                    JSONText.object([
                        ("kind", JSONText.string(event.kind)),
                        ("client", JSONText.string(event.client)), ("payload", event.payload),
                    ])), arrival: read))
    }
}

extension SampleColumn {
    /// The column of one sample.
    fileprivate func element(_ index: Int) -> SampleColumn {
        switch self {
        case .integers(let values): .integers([values[index]])
        case .reals(let values): .reals([values[index]])
        }
    }
}

/// Reads the samples of a linked client.
enum LinkedSamples {
    /// - Parameter bytes: at least `count` samples of the layout, interleaved, little-endian.
    static func columns(
        _ layout: LinkedStream, _ bytes: UnsafeRawBufferPointer, count: Int
    ) -> [SampleColumn] {
        let stride = layout.sampleBytes
        var offset = 0
        return layout.channels.map { channel in
            defer { offset += channel.number.byteCount }
            return unsafe column(channel.number, bytes, offset, stride, count)
        }
    }

    private static func column(
        _ number: LinkedStream.Number, _ bytes: UnsafeRawBufferPointer, _ offset: Int,
        _ stride: Int, _ count: Int
    ) -> SampleColumn {
        // Each load lies within `count` samples, which the caller has checked to be there.
        switch number {
        case .int16:
            return .integers(
                (0..<count).map {
                    unsafe Int64(
                        Int16(
                            littleEndian: bytes.loadUnaligned(
                                fromByteOffset: offset + $0 * stride, as: Int16.self)))
                })
        case .int32:
            return .integers(
                (0..<count).map {
                    unsafe Int64(
                        Int32(
                            littleEndian: bytes.loadUnaligned(
                                fromByteOffset: offset + $0 * stride, as: Int32.self)))
                })
        case .int64:
            return .integers(
                (0..<count).map {
                    unsafe Int64(
                        littleEndian: bytes.loadUnaligned(
                            fromByteOffset: offset + $0 * stride, as: Int64.self))
                })
        case .float32:
            return .reals(
                (0..<count).map {
                    unsafe Double(
                        Float(
                            bitPattern: UInt32(
                                littleEndian: bytes.loadUnaligned(
                                    fromByteOffset: offset + $0 * stride, as: UInt32.self))))
                })
        case .float64:
            return .reals(
                (0..<count).map {
                    unsafe Double(
                        bitPattern: UInt64(
                            littleEndian: bytes.loadUnaligned(
                                fromByteOffset: offset + $0 * stride, as: UInt64.self)))
                })
        }
    }
}
