import Foundation

/// The first look at a file, before any of it is parsed: what could make parsing costly is refused.
enum DeclarationText {
    /// Bytes of the largest file.
    static let maximumSize = 1 << 20
    /// Aliases (`*name`) in a file that has anchors; more could be made to grow without bound.
    static let maximumAliases = 16

    /// The file's text.
    static func read(_ path: String) throws(DeclarationErrors) -> String {
        func failure(_ message: String) -> DeclarationErrors {
            DeclarationErrors([
                DeclarationError(file: path, line: 1, column: 1, keyPath: "", message: message)
            ])
        }
        let bytes: [UInt8]
        do {
            guard let file = FileHandle(forReadingAtPath: path) else {
                // FileHandle keeps the reason to itself.
                throw failure(
                    FileManager.default.fileExists(atPath: path)
                        ? "the file cannot be read: its rights do not allow it"
                        : "the file cannot be read: there is none")
            }
            defer { try? file.close() }
            bytes = [UInt8](try file.read(upToCount: maximumSize + 1) ?? Data())
        } catch let error as DeclarationErrors {
            throw error
        } catch {
            throw failure("the file cannot be read: it is no file with text")
        }
        return try text(bytes, file: path)
    }

    /// Bytes as text, if they are UTF-8.
    static func text(_ bytes: [UInt8], file: String) throws(DeclarationErrors) -> String {
        func failure(line: Int, column: Int, _ message: String) -> DeclarationErrors {
            DeclarationErrors([
                DeclarationError(
                    file: file, line: line, column: column, keyPath: "", message: message)
            ])
        }
        guard bytes.count <= maximumSize else {
            throw failure(
                line: 1, column: 1, "expected at most \(maximumSize) bytes, found a larger file")
        }
        // Some editors begin a file with a mark of its encoding, which is no part of the text.
        let plain = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        if let text = String(validating: plain, as: UTF8.self) { return text }
        for (index, line) in plain.split(separator: 10, omittingEmptySubsequences: false)
            .enumerated() where String(validating: line, as: UTF8.self) == nil
        {
            var valid = line
            while String(validating: valid, as: UTF8.self) == nil { valid.removeLast() }
            let column = String(decoding: valid, as: UTF8.self).unicodeScalars.count + 1
            throw failure(
                line: index + 1, column: column, "expected UTF-8 text, found a byte that is none")
        }
        throw failure(line: 1, column: 1, "expected UTF-8 text")
    }

    /// The place of the first alias too many, or nil.
    static func excessAlias(_ text: String) -> (line: Int, column: Int)? {
        var line = 1
        var column = 0
        var before: UInt8 = 10
        var pending: UInt8?
        var hasAnchor = false
        var aliases = 0
        var excess: (line: Int, column: Int)?
        for byte in text.utf8 {
            if let sign = pending, isNameByte(byte) {
                if sign == UInt8(ascii: "&") {
                    hasAnchor = true
                } else {
                    aliases += 1
                    if aliases == maximumAliases + 1 { excess = (line, column) }
                }
            }
            pending = nil
            if byte & 0xC0 != 0x80 { column += 1 }
            if byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*"), opensToken(before) {
                pending = byte
            }
            if byte == 10 {
                line += 1
                column = 0
            }
            before = byte
        }
        return hasAnchor ? excess : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte > 32 && !opensToken(byte) && byte != UInt8(ascii: "]") && byte != UInt8(ascii: "}")
    }

    private static func opensToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 9, 10, 13, 32, UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","),
            UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "?"):
            true
        default: false
        }
    }
}
