// Written by Protocols/interfaces/embed.sh from io.attune.Review.varlink.

extension ReviewInterface {
    /// The interface's description in Varlink's own language.
    public static let text = #"""
        # What people say of finished sessions: coding schemes, annotations, ratings, transcripts, and who rates
        # what. Rows are only added (Protocols/formats/review-file.md and study-database.md); who wants to look
        # reads the files. All methods need the right to control. The actor is who did it; without one, the
        # caller's user. Times ending in _ns are on the session's monotonic clock, in _utc_ns of UTC since 1970.
        # Each thing added brings an id of its own, a UUID in lowercase: handed over again, because an answer
        # was lost, it adds nothing and gets the same answer. A request is added as a whole or not at all.
        interface io.attune.Review

        # The whole state of an annotation after something was done to it; action is add, change, remove, undo,
        # redo or import, kind is point, interval, turn, span, beat, no-beat or artefact. based_on is the row
        # that the change was made on: where a newer one is there, it is refused. The span is in UTF-16 code
        # units of the turn's text, its end exclusive.
        type AnnotationPut (
            change: string,
            annotation: string,
            action: string,
            based_on: ?int,
            layer: string,
            scheme: ?string,
            scheme_version: ?string,
            scheme_sha256: ?string,
            kind: string,
            code: string,
            modifiers: ?object,
            start_ns: ?int,
            end_ns: ?int,
            stream: ?int,
            channel: ?string,
            turn: ?int,
            span_start: ?int,
            span_end: ?int,
            stage: ?string,
            note: ?string,
            detail: ?object,
            removed: bool
        )

        # What a rater says of a turn (without one, of the session) on one item; role is expert, participant or
        # researcher. The value is any JSON, written as text; null takes an answer back.
        type RatingPut (
            change: string,
            rater: string,
            role: string,
            assignment: string,
            stage: string,
            turn: ?int,
            item: string,
            value: string,
            rationale: ?string,
            draft: bool
        )

        # Where something stands now: its row, and whether it had been there before.
        type ReviewRowInfo (
            change: string,
            id: int,
            made_utc_ns: int,
            repeated: bool
        )

        # A stretch of what was said; words are its words with their times, where they are known.
        type TranscriptPiece (
            start_ns: int,
            end_ns: int,
            speaker: ?string,
            text: string,
            words: ?[]object
        )

        # A plan of who rates what; its id is a UUID.
        type ReviewPlanInfo (
            id: string,
            name: string,
            scheme: string,
            scheme_version: string,
            scheme_text: string,
            seed: int,
            detail: ?object
        )

        # That somebody is to rate a session; purpose is main, calibration, repeat or own.
        type AssignmentInfo (
            id: string,
            rater: string,
            role: string,
            session: string,
            position: int,
            purpose: string,
            label: string,
            detail: ?object
        )

        # Adds a coding scheme's text to the session's review file. The same text again gives the same row.
        method AddScheme(session: string, actor: ?string, name: string, version: string, text: string) -> (
            id: int,
            sha256: string
        )

        # Adds what was done to annotations. version is the review's version afterwards.
        method PutAnnotations(session: string, actor: ?string, changes: []AnnotationPut) -> (
            rows: []ReviewRowInfo,
            version: int
        )

        # Adds ratings.
        method PutRatings(session: string, ratings: []RatingPut) -> (rows: []ReviewRowInfo)

        # Opens or locks a stage of an assignment; action is opened or locked. Once it is locked, no rating and
        # no flag of it is taken any more.
        method SetStage(session: string, rater: string, assignment: string, stage: string, action: string) -> (
            row: ReviewRowInfo
        )

        # Adds a transcript; source is typed, webvtt, srt, json or elan. Earlier ones stay.
        method AddTranscript(
            session: string,
            actor: ?string,
            change: string,
            source: string,
            language: ?string,
            detail: ?object,
            segments: []TranscriptPiece
        ) -> (row: ReviewRowInfo)

        # Makes a plan of the study with its assignments. A plan that is there gets those that it lacks.
        method MakePlan(
            study: string,
            actor: ?string,
            plan: ReviewPlanInfo,
            assignments: []AssignmentInfo
        ) -> (added: int)

        # Notes what became of an assignment, in a word such as withdrawn or finished.
        method ChangeAssignment(
            study: string,
            actor: ?string,
            assignment: string,
            action: string,
            reason: ?string
        ) -> ()

        # There is no such session, or several begin so.
        error NoSuchSession (session: string)

        # There is no such study.
        error NoSuchStudy (study: string)

        # The session is not in a state that allows this.
        error InvalidState (state: string, expected: []string)

        # Something is not possible; change is its id, or "" where the request itself is wrong.
        error Refused (change: string, reason: string)

        # Somebody else changed the annotation meanwhile; newest is the row that counts now.
        error Outdated (change: string, newest: int)

        # The stage of the assignment is locked.
        error StageLocked (change: string, stage: string)

        # The file could not be written.
        error StorageFailed (reason: string)

        # The caller has too few rights: watch needs the group attune, control attune-operators.
        error NotPermitted (needed: string, has: string)

        """#
}
