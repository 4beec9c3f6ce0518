import SessionStore
import Timebase

extension CSVExportRun {
    /// Writes a stream's samples, chunk by chunk; gaps are never filled.
    /// - Returns: how many there were.
    func writeSamples(_ samples: SampleTable) throws(ExportError) -> Int64 {
        let stream = samples.stream
        let segments = try fromStore { () throws(SessionStoreError) in
            try reader.clockSegments(stream.id)
        }
        let channels = samples.forms.count
        return try table(samples.name, samples.columns) { file in
            /// The chunk's values row by row, reals as their bit patterns.
            var values: [Int64] = []
            var segment = 0
            try reader.forEachChunk(of: stream.id) { window in
                let count = window.count
                values.removeAll(keepingCapacity: true)
                values.append(contentsOf: repeatElement(0, count: count * channels))
                for (channel, column) in window.columns.enumerated() where channel < channels {
                    guard column.count == count else {
                        throw SessionStoreError(
                            code: .damaged,
                            message:
                                "stream \(stream.name) has a chunk of uneven columns at sample "
                                + "\(window.firstIndex); keep the file and restore a copy")
                    }
                    switch column {
                    case .integers(let raw):
                        for row in 0..<count { values[row * channels + channel] = raw[row] }
                    case .reals(let raw):
                        for row in 0..<count {
                            values[row * channels + channel] = Int64(
                                bitPattern: raw[row].bitPattern)
                        }
                    }
                }
                var packet = 0
                var left = window.packets.first?.count ?? 0
                for row in 0..<count {
                    let index = window.firstIndex + Int64(row)
                    let nanoseconds = sinceStart(window.times[row])
                    file.integer(index)
                    file.integer(nanoseconds)
                    file.integer(nanoseconds.flooredQuotient(1_000_000))
                    while segment + 1 < segments.count, segments[segment + 1].firstIndex <= index {
                        segment += 1
                    }
                    if segment < segments.count, segments[segment].firstIndex <= index {
                        file.milliseconds(segments[segment].bound)
                    } else {
                        file.missing()
                    }
                    while left == 0, packet + 1 < window.packets.count {
                        packet += 1
                        left = window.packets[packet].count
                    }
                    if left > 0 {
                        file.integer(sinceStart(window.packets[packet].arrival))
                        left -= 1
                    } else {
                        file.missing()
                    }
                    for channel in 0..<channels {
                        samples.forms[channel].write(values[row * channels + channel], to: file)
                    }
                    try file.endRow()
                }
                try proceed(file)
                return true
            }
        }
    }
}
