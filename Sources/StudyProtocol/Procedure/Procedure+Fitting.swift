extension Procedure {
    /// The fitting that must be green before a phase is entered, or be overridden with a reason;
    /// nil where nothing stands in the way. Of several the last.
    ///
    /// That is each fitting before the phase that the session is in, that it has gone back from, or
    /// that would be passed over: otherwise a fitting could be avoided by never entering it. An
    /// optional fitting that was never entered asks for nothing, and neither does the way back.
    public func fitting(before name: String) -> StudyPhase? {
        guard let target = phases.firstIndex(where: { $0.name == name }) else { return nil }
        return phases[..<target].enumerated().last { index, phase in
            phase.kind == .fitting && !isPassed(index)
        }?.element
    }

    /// Whether a session has gone on from a phase to one behind it, since it last was in it.
    private func isPassed(_ index: Int) -> Bool {
        let name = phases[index].name
        let later = Set(phases[(index + 1)...].map(\.name))
        guard let last = entered.lastIndex(of: name) else {
            return phases[index].isOptional || entered.contains(where: later.contains)
        }
        return entered[(last + 1)...].contains(where: later.contains)
    }
}
