import Glibc
import SystemCalls

/// Looks for bytes in everything that this process may write to.
struct MemorySearch {
    private let inverted: [UInt8]

    /// - Parameter inverted: the bytes looked for, each inverted, so that these are not found.
    init(inverted: [UInt8]) { self.inverted = inverted }

    /// How often the bytes occur.
    func count() throws -> Int {
        let maps = try FileSystem.readText("/proc/self/maps")
        let memory = try FileDescriptor(opening: "/proc/self/mem", flags: O_RDONLY)
        var found = 0
        // The copy that is searched lies outside of what is searched: the list was made before.
        let window = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { unsafe window.deallocate() }
        for line in maps.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 1, fields[1].hasPrefix("rw") else { continue }
            let bounds = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            guard bounds.count == 2 else { continue }
            // A sanitizer's shadow tells of memory, terabytes of it, and holds none of its content.
            if bounds[1] - bounds[0] > 1 << 36 { continue }
            var address = bounds[0]
            while address < bounds[1] {
                let wanted = min(window.count, bounds[1] - address)
                let count = unsafe pread(memory.number, window.baseAddress, wanted, off_t(address))
                guard count > 0 else { break }
                unsafe found += occurrences(UnsafeRawBufferPointer(rebasing: window[0..<count]))
                // Some bytes twice, so that an occurrence across the border is seen.
                address +=
                    count == wanted && count > inverted.count && address + count < bounds[1]
                    ? count - inverted.count + 1 : count
            }
        }
        return found
    }

    private func occurrences(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let first = inverted.first.map({ ~$0 }), bytes.count >= inverted.count else {
            return 0
        }
        var found = 0
        for start in 0...bytes.count - inverted.count where unsafe bytes[start] == first {
            // `start` and the needle's length lie within the bytes.
            if (1..<inverted.count).allSatisfy({ unsafe bytes[start + $0] == ~inverted[$0] }) {
                found += 1
            }
        }
        return found
    }
}
