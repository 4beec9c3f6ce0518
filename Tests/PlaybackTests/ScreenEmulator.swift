/// Enough of a terminal to see what a program has drawn: cursor moves, erasing, the other screen.
struct ScreenEmulator {
    private(set) var width: Int
    private(set) var height: Int
    private var cells: [[String]]
    private var row = 0
    private var column = 0
    private var pending: [UInt8] = []
    private(set) var isOtherScreen = false
    private(set) var isCursorHidden = false

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        cells = Array(repeating: Array(repeating: " ", count: width), count: height)
    }

    var lines: [String] {
        cells.map { row in
            var line = row.joined()
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    mutating func resize(width: Int, height: Int) {
        self = ScreenEmulator(width: width, height: height)
        isOtherScreen = true
        isCursorHidden = true
    }

    /// - Parameter widthOf: how many places a character takes.
    mutating func take(_ bytes: some Sequence<UInt8>, widthOf: (Character) -> Int) {
        pending += bytes
        var index = 0
        while index < pending.count {
            if pending[index] == 0x1B {
                guard
                    let end = pending[(index + 1)...].dropFirst().firstIndex(where: {
                        (0x40...0x7E).contains($0)
                    })
                else { break }
                run(String(decoding: pending[(index + 2)..<end], as: UTF8.self), pending[end])
                index = end + 1
                continue
            }
            let end = pending[index...].firstIndex(of: 0x1B) ?? pending.count
            let text = pending[index..<end]
            // A character may be cut; it comes whole with the next bytes.
            if end == pending.count, let last = text.lastIndex(where: { $0 & 0xC0 != 0x80 }),
                text[last] >= 0xC0,
                end - last < (text[last] >= 0xF0 ? 4 : text[last] >= 0xE0 ? 3 : 2)
            {
                put(String(decoding: pending[index..<last], as: UTF8.self), widthOf)
                index = last
                break
            }
            put(String(decoding: text, as: UTF8.self), widthOf)
            index = end
        }
        pending.removeFirst(index)
    }

    private mutating func put(_ text: String, _ widthOf: (Character) -> Int) {
        for character in text {
            if character == "\r" {
                column = 0
            } else if character == "\n" || character == "\r\n" {
                row = min(row + 1, height - 1)
            } else if row < height, column < width {
                cells[row][column] = String(character)
                let size = widthOf(character)
                if size == 2, column + 1 < width { cells[row][column + 1] = "" }
                column += size
            }
        }
    }

    private mutating func run(_ parameters: String, _ final: UInt8) {
        switch final {
        case UInt8(ascii: "H"):
            let numbers = parameters.split(separator: ";").compactMap { Int($0) }
            row = (numbers.first ?? 1) - 1
            column = (numbers.count > 1 ? numbers[1] : 1) - 1
        case UInt8(ascii: "J"):
            cells = Array(repeating: Array(repeating: " ", count: width), count: height)
        case UInt8(ascii: "h") where parameters == "?1049": isOtherScreen = true
        case UInt8(ascii: "l") where parameters == "?1049": isOtherScreen = false
        case UInt8(ascii: "l") where parameters == "?25": isCursorHidden = true
        case UInt8(ascii: "h") where parameters == "?25": isCursorHidden = false
        default: break
        }
    }
}
