/// A linked client of a commentary.
struct ThinkAloudLinkName: Hashable, Sendable {
    /// What it brings.
    enum Part: Hashable, Sendable {
        /// What was done with the replay, on the station's clock.
        case console
        /// What a page showed, on the page's clock.
        case view(String)
        /// A page's microphone at a rate, as the stream of that name.
        case microphone(view: String, rate: Int, stream: String)
    }

    var commentary: String
    var part: Part

    /// The name of its files, without the ending.
    var file: String {
        switch part {
        case .console: "console"
        case .view(let view): "view-\(view)"
        case .microphone(let view, let rate, _): "microphone-\(view)-\(rate)"
        }
    }

    /// Whether a page may call itself so: the name becomes part of a file's.
    static func isView(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
                    || $0 == 0x2D || $0 == 0x5F
            }
    }
}
