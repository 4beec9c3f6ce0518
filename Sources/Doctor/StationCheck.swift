/// One thing that a station needs. Looks, and changes nothing.
public protocol StationCheck: Sendable {
    /// One word, as it is printed.
    static var name: String { get }

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding]
}

extension StationCheck {
    func ok(_ seen: String) -> Finding { Finding(Self.name, .ok, seen) }

    func warning(_ seen: String, mend: String) -> Finding {
        Finding(Self.name, .warning, seen, mend: mend)
    }

    func missing(_ seen: String, mend: String) -> Finding {
        Finding(Self.name, .missing, seen, mend: mend)
    }

    func unknown(_ seen: String, mend: String? = nil) -> Finding {
        Finding(Self.name, .unknown, seen, mend: mend)
    }
}

extension String {
    /// Without blanks and line ends around it.
    var trimmed: String {
        let blanks: Set<Character> = [" ", "\t", "\n", "\r\n", "\0"]
        guard let first = firstIndex(where: { !blanks.contains($0) }),
            let last = lastIndex(where: { !blanks.contains($0) })
        else { return "" }
        return String(self[first...last])
    }
}
