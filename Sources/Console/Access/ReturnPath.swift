/// Where a browser goes after signing in.
enum ReturnPath {
    /// The address on this console that was asked for; the first page where it might lead elsewhere.
    ///
    /// Browsers read `//` and `/\` as another host, and drop tabs and newlines (URL Standard, 4.4).
    static func of(_ text: String?) -> String {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.count <= 1000,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return "/" }
        return text
    }
}
