// Written by Protocols/interfaces/embed.sh from io.attune.Study.varlink.

extension StudyInterface {
    /// The interface's description in Varlink's own language.
    public static let text = #"""
        # Studies: who takes part, in which conditions, on which visits, and what each participant agreed to.
        # The daemon alone writes the studies' databases. Studies and participants go by codes of 1 to 64
        # letters, digits, '-' and '_'; a participant's code is never a name. Times ending in _utc_ns are
        # nanoseconds of UTC since 1970.
        interface io.attune.Study

        # A study of this station. One that came about by its first session is not planned: it has neither
        # protocol nor visits of its own.
        type StudyInfo (
            study: string,
            planned: bool,
            protocol: ?string,
            protocol_version: ?string,
            title: ?string,
            visits: int,
            participants: int,
            left: int,
            sessions: int,
            created_utc_ns: ?int
        )

        # A planned visit. The condition has the level of each factor. A visit is done once one of its chats,
        # which is no trial run, ended as completed.
        type VisitInfo (
            visit: int,
            condition: [string]string,
            planned_utc_ns: ?int,
            state: (open, recording, done),
            sessions: []string
        )

        # A participant. The status is enrolled, completed, dropped-out or withdrawn. slot is the place in the
        # list of the protocol's conditions, from 0; replaces is the participant whose place it was before.
        # consent has the last answer to each tier that has one.
        type ParticipantInfo (
            participant: string,
            status: string,
            reason: ?string,
            slot: ?int,
            replaces: ?string,
            condition: [string]string,
            visits: []VisitInfo,
            sessions: int,
            consent: [string]bool,
            added_utc_ns: int
        )

        # When a participant of the roster, counted from 1, is to come.
        type PlannedVisit (
            number: int,
            visit: int,
            planned_utc_ns: int
        )

        # One tier of consent: what it covers, the last answer with who noted it in which session, and whether
        # the data is recorded as things stand.
        type TierInfo (
            tier: string,
            title: string,
            required: bool,
            covers: []string,
            answer: ?bool,
            answered_utc_ns: ?int,
            actor: ?string,
            session: ?string,
            recorded: bool
        )

        # A participant's consent. Without a protocol the tiers are those that have an answer.
        type ConsentInfo (
            study: string,
            participant: string,
            protocol: ?string,
            tiers: []TierInfo
        )

        # All studies of the data directory, by their codes.
        method ListStudies() -> (studies: []StudyInfo)

        # Makes a study: roster, places in the conditions and visits, before anybody has come. Codes are the
        # prefix (P) and a number (P01, …). visits is how many each participant makes; without it, one for each
        # cell where the protocol's design is within, else one.
        method CreateStudy(
            study: string,
            protocol: string,
            participants: int,
            prefix: ?string,
            visits: ?int,
            schedule: ?[]PlannedVisit
        ) -> (study: StudyInfo, participants: []ParticipantInfo)

        # The roster, by codes.
        method ListParticipants(study: string) -> (study: StudyInfo, participants: []ParticipantInfo)

        # Adds a participant, by default under the next free code, with a place in the conditions: that of a
        # participant who left, where the protocol says so, else the next one. One who is there already, and
        # has no place yet, gets it.
        method AddParticipant(study: string, participant: ?string) -> (
            participant: string,
            condition: [string]string,
            visits: []VisitInfo
        )

        # Sets a participant's status, with the reason. Who dropped out or withdrew is not recorded any more
        # until the status is set anew.
        method SetStatus(study: string, participant: string, status: string, reason: string) -> (
            participant: ParticipantInfo
        )

        # Sets when a visit is to be; without a time that is left open.
        method PlanVisit(study: string, participant: string, visit: int, planned_utc_ns: ?int) -> (
            participant: ParticipantInfo
        )

        # Notes answers to tiers of consent, by tier. Either a session that records is named (by id, a prefix of
        # it, or "" for the only one), or a participant, with the study where more than one has the code. A
        # session that records obeys at once: what has no consent is not read, or not stored. The actor is who
        # gave the answers, where that is not the caller.
        method RecordConsent(
            session: ?string,
            study: ?string,
            participant: ?string,
            answers: [string]bool,
            actor: ?string
        ) -> (consent: ConsentInfo)

        # A participant's consent; the study is needed where more than one has the code.
        method GetConsent(study: ?string, participant: string) -> (consent: ConsentInfo)

        # There is no such study, or it has to be named.
        error NoSuchStudy (study: string)

        # A study of this code was made before.
        error StudyExists (study: string)

        # The study does not know the participant.
        error NoSuchParticipant (study: string, participant: string)

        # The participant has no such visit planned.
        error NoSuchVisit (participant: string, visit: int)

        # There is no such session that records.
        error NoSuchSession (session: string)

        # Neither the protocol nor this program knows the tier.
        error NoSuchTier (tier: string, known: []string)

        # A name is not possible, or a value out of its bounds; the reason says what is.
        error InvalidName (name: string, reason: string)

        # The database could not be written.
        error StorageFailed (reason: string)

        # The caller has too few rights: watch needs the group attune, control attune-operators.
        error NotPermitted (needed: string, has: string)

        """#
}
