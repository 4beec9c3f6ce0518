import Foundation
import Timebase

extension AlignSimulation {
    /// Writes what came in as `index,device_s,arrival_s`, one reading a line, and the truth as
    /// `index,true_s`, one sample a line, in seconds with nine decimals. In a packet of several, the
    /// index and times of a reading are the last sample's.
    func write(readings path: String, truth truthPath: String) throws {
        var text = "index,device_s,arrival_s\n"
        for place in readings.index.indices {
            let device = readings.device.isEmpty ? "" : Self.seconds(readings.device[place])
            text += "\(readings.index[place]),\(device),"
            text += "\(Self.seconds(readings.arrival[place]))\n"
        }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        text = "index,true_s\n"
        for place in truth.indices {
            let index =
                readings.index[place / batch] - Int64(batch - 1 - place % batch)
            text += "\(index),\(Self.seconds(truth[place]))\n"
        }
        try text.write(toFile: truthPath, atomically: true, encoding: .utf8)
    }

    /// Nanoseconds as seconds, exactly.
    static func seconds(_ nanoseconds: Int64) -> String {
        let size = nanoseconds.magnitude
        let fraction = String(size % 1_000_000_000)
        return (nanoseconds < 0 ? "-" : "") + "\(size / 1_000_000_000)."
            + String(repeating: "0", count: 9 - fraction.count) + fraction
    }
}
