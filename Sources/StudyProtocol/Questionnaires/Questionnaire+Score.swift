extension Questionnaire {
    /// The scores of all scales, in the order of the file.
    ///
    /// A reversed item counts as lowest + highest value − answer. A mean is taken over the answered
    /// items, a sum over them too: it is not extrapolated. Items that are not asked count as not
    /// answered, and so do answers that do not fit their item.
    public func score(
        _ answers: [String: Answer], condition: [String: String] = [:]
    ) -> [ScaleScore] {
        let counted = counted(answers, condition: condition)
        return scales.map { scale in
            let values = scale.items.compactMap { name -> Double? in
                guard let item = item(named: name), let answer = counted[name], !answer.isEmpty,
                    item.problem(with: answer) == nil, let value = answer.number,
                    let range = item.range
                else { return nil }
                return scale.reversed.contains(name)
                    ? range.lowerBound + range.upperBound - value : value
            }
            let total = values.reduce(0, +)
            var value: Double?
            if !values.isEmpty, values.count >= scale.minimumAnswered {
                value = scale.score == .sum ? total : total / Double(values.count)
            }
            return ScaleScore(
                scale: scale.name, title: scale.title, value: value, answered: values.count,
                of: scale.items.count)
        }
    }
}
