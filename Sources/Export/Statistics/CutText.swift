extension String {
    /// As many whole characters from the beginning as fit. Only where the first character alone is too long,
    /// it is cut, between the code points that it is made of.
    /// - Parameter bytes: of UTF-8, that may be taken.
    func cut(bytes: Int) -> String {
        cut(bytes, { $0.utf8.count }, { $0.utf8.count })
    }

    /// The same, where a format counts code points.
    func cut(codePoints: Int) -> String {
        cut(codePoints, { $0.unicodeScalars.count }, { _ in 1 })
    }

    private func cut(
        _ limit: Int, _ length: (Character) -> Int, _ scalarLength: (Unicode.Scalar) -> Int
    ) -> String {
        // No unit of either kind is shorter than a byte.
        if utf8.count <= limit { return self }
        var used = 0
        var end = startIndex
        while end < endIndex {
            used += length(self[end])
            if used > limit { break }
            end = index(after: end)
        }
        if end > startIndex || isEmpty { return String(self[..<end]) }
        var scalars = String.UnicodeScalarView()
        used = 0
        for scalar in unicodeScalars {
            used += scalarLength(scalar)
            if used > limit { break }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}
