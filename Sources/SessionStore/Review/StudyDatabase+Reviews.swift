import GRDB
import SystemCalls

/// Who rates what: plans, their assignments, and what became of them.
extension StudyDatabase {
    /// Makes a plan with its assignments, all or nothing. A plan that is there already, with the same
    /// text, gets the assignments that it lacks.
    /// - Returns: how many assignments are new.
    /// - Throws: `invalidInput` for what is not possible, in words; `missing` for a session that the
    ///   study does not have; `exists` where an id stands for something else.
    @discardableResult
    public func make(
        _ plan: ReviewPlan, _ assignments: [ReviewAssignment]
    ) throws(SessionStoreError) -> Int {
        if let problem = plan.problem { throw .invalid(problem) }
        guard assignments.count <= ReviewLimits.assignments else {
            throw .invalid(
                "\(assignments.count) assignments are too many at once, "
                    + "\(ReviewLimits.assignments) are allowed")
        }
        for assignment in assignments {
            let isOwn = assignment.plan == plan.id
            if let problem = assignment.problem
                ?? (isOwn ? nil : "an assignment is of another plan")
            {
                throw .invalid(problem)
            }
        }
        var added = 0
        try write { database throws(SessionStoreError) in
            if let known = try plans(database).first(where: { $0.id == plan.id }) {
                guard known.scheme == plan.scheme, known.schemeText == plan.schemeText,
                    known.name == plan.name, known.seed == plan.seed
                else {
                    throw SessionStoreError(
                        code: .exists, message: "another plan has the id \(plan.id)")
                }
            } else {
                try insert(plan, database)
            }
            let known = try self.assignments(database)
            for assignment in assignments {
                if let there = known.first(where: { $0.id == assignment.id }) {
                    guard there == assignment else {
                        throw SessionStoreError(
                            code: .exists,
                            message: "another assignment has the id \(assignment.id)")
                    }
                    continue
                }
                try insert(assignment, database)
                added += 1
            }
        }
        return added
    }

    private func insert(_ plan: ReviewPlan, _ database: Database) throws(SessionStoreError) {
        let row = try RowStatement(
            database,
            """
            INSERT INTO review_plans (id, made_realtime_ns, actor, name, scheme, scheme_version,
              scheme_text, seed, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, path: path)
        try row.bind(1, plan.id)
        try row.bind(2, plan.madeRealtime == 0 ? Clocks.realtime() : plan.madeRealtime)
        try row.bind(3, plan.actor)
        try row.bind(4, plan.name)
        try row.bind(5, plan.scheme)
        try row.bind(6, plan.schemeVersion)
        try row.bind(7, plan.schemeText)
        try row.bind(8, plan.seed)
        try row.bind(9, plan.detail)
        try row.run()
    }

    private func insert(
        _ assignment: ReviewAssignment, _ database: Database
    ) throws(SessionStoreError) {
        let known = try RowStatement(
            database, "SELECT 1 FROM sessions WHERE id = ?", path: path)
        try known.bind(1, assignment.session)
        guard try known.step() else {
            throw SessionStoreError(
                code: .missing, message: "the study has no session '\(assignment.session)'")
        }
        known.reset()
        let row = try RowStatement(
            database,
            """
            INSERT INTO review_assignments (id, plan, rater, role, session, position, purpose, label,
              detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, path: path)
        try row.bind(1, assignment.id)
        try row.bind(2, assignment.plan)
        try row.bind(3, assignment.rater)
        try row.bind(4, assignment.role.rawValue)
        try row.bind(5, assignment.session)
        try row.bind(6, Int64(assignment.position))
        try row.bind(7, assignment.purpose.rawValue)
        try row.bind(8, assignment.label)
        try row.bind(9, assignment.detail)
        try row.run()
    }

    /// Notes what became of an assignment. The same action as the last one is not noted again.
    public func add(_ change: AssignmentChange) throws(SessionStoreError) {
        if let problem = change.problem { throw .invalid(problem) }
        try write { database throws(SessionStoreError) in
            let known = try RowStatement(
                database, "SELECT 1 FROM review_assignments WHERE id = ?", path: path)
            try known.bind(1, change.assignment)
            guard try known.step() else {
                throw SessionStoreError(
                    code: .missing, message: "the study has no assignment '\(change.assignment)'")
            }
            known.reset()
            let last = try changes(database).last { $0.assignment == change.assignment }
            if last?.action == change.action, last?.reason == change.reason { return }
            let row = try RowStatement(
                database,
                """
                INSERT INTO review_assignment_changes (assignment, made_realtime_ns, actor, action,
                  reason) VALUES (?, ?, ?, ?, ?)
                """, path: path)
            try row.bind(1, change.assignment)
            try row.bind(2, change.madeRealtime == 0 ? Clocks.realtime() : change.madeRealtime)
            try row.bind(3, change.actor)
            try row.bind(4, change.action)
            try row.bind(5, change.reason)
            try row.run()
        }
    }

    // MARK: - Reading

    /// All plans, the oldest first.
    public func reviewPlans() throws(SessionStoreError) -> [ReviewPlan] {
        guard version >= 3 else { return [] }
        return try read { database throws(SessionStoreError) in try plans(database) }
    }

    /// All assignments, by rater and position.
    public func reviewAssignments() throws(SessionStoreError) -> [ReviewAssignment] {
        guard version >= 3 else { return [] }
        return try read { database throws(SessionStoreError) in try assignments(database) }
    }

    /// What became of assignments, the oldest first.
    public func assignmentChanges() throws(SessionStoreError) -> [AssignmentChange] {
        guard version >= 3 else { return [] }
        return try read { database throws(SessionStoreError) in try changes(database) }
    }

    private func plans(_ database: Database) throws(SessionStoreError) -> [ReviewPlan] {
        let row = try RowStatement(
            database,
            """
            SELECT id, made_realtime_ns, actor, name, scheme, scheme_version, scheme_text, seed,
              detail FROM review_plans ORDER BY made_realtime_ns, id
            """, path: path)
        var found: [ReviewPlan] = []
        while try row.step() {
            found.append(
                ReviewPlan(
                    id: row.text(0), madeRealtime: row.integer(1), actor: row.text(2),
                    name: row.text(3), scheme: row.text(4), schemeVersion: row.text(5),
                    schemeText: row.text(6), seed: row.integer(7), detail: row.text(8)))
        }
        return found
    }

    private func assignments(
        _ database: Database
    ) throws(SessionStoreError) -> [ReviewAssignment] {
        let row = try RowStatement(
            database,
            """
            SELECT id, plan, rater, role, session, position, purpose, label, detail
              FROM review_assignments ORDER BY rater, position, id
            """, path: path)
        var found: [ReviewAssignment] = []
        while try row.step() {
            guard let role = RatingRole(rawValue: row.text(3)),
                let purpose = ReviewAssignment.Purpose(rawValue: row.text(6))
            else {
                row.reset()
                throw .damaged(path, "an assignment is not understood")
            }
            found.append(
                ReviewAssignment(
                    id: row.text(0), plan: row.text(1), rater: row.text(2), role: role,
                    session: row.text(4), position: Int(clamping: row.integer(5)),
                    purpose: purpose, label: row.text(7), detail: row.text(8)))
        }
        return found
    }

    private func changes(_ database: Database) throws(SessionStoreError) -> [AssignmentChange] {
        let row = try RowStatement(
            database,
            """
            SELECT assignment, made_realtime_ns, actor, action, reason
              FROM review_assignment_changes ORDER BY id
            """, path: path)
        var found: [AssignmentChange] = []
        while try row.step() {
            found.append(
                AssignmentChange(
                    assignment: row.text(0), madeRealtime: row.integer(1), actor: row.text(2),
                    action: row.text(3), reason: row.text(4)))
        }
        return found
    }
}
