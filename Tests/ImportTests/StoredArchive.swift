/// A .zip whose files are not compressed, for tests.
enum StoredArchive {
    static func bytes(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
        var all: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in files {
            let sizes =
                XDFBytes.little(checksum(content)) + XDFBytes.little(UInt32(content.count))
                + XDFBytes.little(UInt32(content.count)) + XDFBytes.little(UInt16(name.utf8.count))
            let start = UInt32(all.count)
            all += [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0] + sizes + [0, 0]
            all += Array(name.utf8) + content
            directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0] + sizes
            directory += [UInt8](repeating: 0, count: 12) + XDFBytes.little(start)
            directory += Array(name.utf8)
        }
        let start = UInt32(all.count)
        let count = UInt16(files.count)
        all += directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + XDFBytes.little(count)
        return all + XDFBytes.little(count) + XDFBytes.little(UInt32(directory.count))
            + XDFBytes.little(start) + [0, 0]
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
