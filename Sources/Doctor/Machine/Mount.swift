/// A file system in its place (proc_pid_mountinfo(5)).
struct Mount {
    /// `MAJOR:MINOR`.
    var device: String
    var point: String
    var kind: String
    var source: String
    /// Those of the place and those of the file system.
    var options: Set<String>

    /// The one that holds a path; nil where the kernel does not tell.
    static func holding(_ path: String, _ machine: any Machine) -> Mount? {
        let path = machine.nearest(path)
        let mounts = (machine.text("/proc/self/mountinfo") ?? "").split(separator: "\n")
            .compactMap { Mount(line: String($0)) }
        // Of two at the same place the later one is seen.
        return mounts.enumerated().filter { _, mount in
            mount.point == "/" || path == mount.point || path.hasPrefix(mount.point + "/")
        }.max {
            ($0.element.point.utf8.count, $0.offset) < ($1.element.point.utf8.count, $1.offset)
        }?
        .element
    }

    private init?(line: String) {
        let halves = line.split(separator: " - ", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        let (first, second) = (halves[0].split(separator: " "), halves[1].split(separator: " "))
        guard first.count >= 6, second.count >= 2 else { return nil }
        device = String(first[2])
        point = Self.plain(first[4])
        kind = String(second[0])
        source = Self.plain(second[1])
        options = Set(
            (first[5].split(separator: ",")
                + (second.count > 2 ? second[2].split(separator: ",") : []))
                .map(String.init))
    }

    /// Blanks and the like stand as `\040` in this file.
    private static func plain(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
