import CSodium
import Glibc
import SystemCalls

/// Other names for people and sessions, that whoever has the key can make again, and nobody else.
///
/// HMAC-SHA-256 of what is named, with the key; 40 bits of it in Crockford's base 32, whose letters
/// cannot be mistaken for digits. Dates are moved by whole weeks, by a distance of each participant, so
/// that weekdays, times of day and the days between two visits stay.
public struct Pseudonyms: Sendable {
    /// Bytes of a key.
    public static let keyLength = 32
    private let key: [UInt8]
    /// Whether dates are moved as well.
    public let movesDates: Bool

    /// - Parameter key: 32 bytes.
    public init(key: [UInt8], movesDates: Bool) {
        precondition(key.count == Self.keyLength)
        self.key = key
        self.movesDates = movesDates
    }

    /// Reads a key as `makeKey` writes it.
    /// - Throws: `key` where the file is none.
    public static func read(
        keyAt path: String, movesDates: Bool
    ) throws(ExportError) -> Pseudonyms {
        let text: String
        do throws(SystemError) { text = try FileSystem.readText(path) } catch {
            throw ExportError(
                code: .key,
                message: "the key \(path) cannot be read; make one with: attune study key \(path)",
                cause: error.description)
        }
        let digits = Array(text.utf8.filter { !(0x09...0x20 ~= $0) })
        var key: [UInt8] = []
        for place in stride(from: 0, to: digits.count - digits.count % 2, by: 2) {
            guard
                let byte = UInt8(
                    String(decoding: digits[place...place + 1], as: UTF8.self), radix: 16)
            else { break }
            key.append(byte)
        }
        guard digits.count == 2 * keyLength, key.count == keyLength else {
            throw ExportError(
                code: .key,
                message: "\(path) is no key: it must hold \(2 * keyLength) hexadecimal digits, as "
                    + "attune study key writes them")
        }
        return Pseudonyms(key: key, movesDates: movesDates)
    }

    /// Makes a new key in a file that only its owner may read, durably.
    /// - Throws: `key` where the file is there already, or cannot be made.
    public static func makeKey(at path: String) throws(ExportError) {
        do throws(SystemError) {
            let target = try FileDescriptor(
                opening: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            let number = target.number
            try FileSystem.writeAll(Array(newKey().utf8), to: number, subject: path)
            try systemCall("fsync", path) { fsync(number) }
        } catch {
            throw ExportError(
                code: .key,
                message: error.code == EEXIST
                    ? "\(path) is there already; a key is never replaced, since the names of earlier "
                        + "exports would be lost with it"
                    : "the key \(path) cannot be made",
                cause: error.code == EEXIST ? nil : error.description)
        }
    }

    /// A new key as text: 64 hexadecimal digits and a line feed.
    static func newKey() -> String {
        var bytes = [UInt8](repeating: 0, count: keyLength)
        unsafe randombytes_buf(&bytes, bytes.count)
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self) + "\n"
    }

    /// `P` and eight letters or digits.
    public func participant(_ code: String, study: String) -> String {
        "P" + name(["participant", study, code])
    }

    /// Eight letters or digits for a session's identifier.
    public func session(_ identifier: String) -> String {
        name(["session", identifier.lowercased()])
    }

    /// `R` and eight letters or digits for a rater, a coder or another member of the laboratory.
    public func person(_ who: String) -> String { "R" + name(["person", who]) }

    /// Eight letters or digits for a device, a station or whatever else tells where this was.
    public func thing(_ what: String) -> String { name(["thing", what]) }

    /// Nanoseconds to add to a participant's moments: 52 to 519 weeks back, or 0 where dates stay.
    public func dateShift(of code: String, study: String) -> Int64 {
        guard movesDates else { return 0 }
        let digest = digest(["date", study, code])
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return -Int64(52 + number % 468) * 7 * 86_400_000_000_000
    }

    private func name(_ parts: [String]) -> String {
        let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        var number = digest(parts).prefix(5).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var text: [UInt8] = []
        for _ in 0..<8 {
            text.append(letters[Int(number & 31)])
            number >>= 5
        }
        return String(decoding: text.reversed(), as: UTF8.self)
    }

    /// Parts are told apart by their lengths.
    private func digest(_ parts: [String]) -> [UInt8] {
        var message: [UInt8] = []
        for part in parts {
            message.append(contentsOf: "\(part.utf8.count):".utf8)
            message.append(contentsOf: part.utf8)
        }
        var digest = [UInt8](repeating: 0, count: 32)
        // The function writes 32 bytes and reads a key of 32 and `message.count` bytes.
        unsafe crypto_auth_hmacsha256(&digest, message, UInt64(message.count), key)
        return digest
    }
}
