/// How many tokens a text has, where no server has counted them.
enum TokenEstimate {
    /// No tokeniser of bytes or of pieces makes more tokens of a text than it has bytes.
    static func most(_ text: String) -> Int { text.utf8.count }

    /// About how many, rather too many: three ASCII characters a token where four are usual in
    /// English, and two bytes of other characters.
    static func likely(_ text: String) -> Int {
        let ascii = text.utf8.count { $0 < 0x80 }
        return (ascii + 2) / 3 + (text.utf8.count - ascii + 1) / 2
    }
}
