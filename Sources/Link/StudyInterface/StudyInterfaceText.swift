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

        # What a withdrawal took away, or would: scope is keep, all or a tier. proven says whether everything that
        # remains was looked through and nothing of theirs was found; found has what was. It was looked for ids of
        # sessions and the code (searched_ids), distinctive texts and stretches of samples; of a tier also in the
        # sessions' own files for rows of it (checked_files). unsearched are kinds of data (as in a tier's covers) of
        # which there was nothing by which a copy in another file could be told. elsewhere is what goes by itself: what
        # other programs of this station delete as soon as they see the tombstone, and the copies at the backup place
        # once it is there; beyond is what cannot be recalled from here.
        type RemovalInfo (
            study: string,
            participant: string,
            scope: string,
            trial: bool,
            sessions: []string,
            files: []string,
            rows: [string]int,
            bytes: int,
            searched_files: int,
            searched_bytes: int,
            searched_chunks: int,
            searched_texts: int,
            searched_sequences: int,
            searched_ids: int,
            checked_files: int,
            unsearched: []string,
            proven: bool,
            found: []string,
            elsewhere: []string,
            beyond: []string
        )

        # A session of which nothing may be used any more (scope is all), or no copy that lacks the row of the audit
        # trail (audit_row), since something was taken out of it.
        type TombstoneInfo (
            study: string,
            session: string,
            participant: string,
            scope: string,
            audit_row: ?string,
            made_utc_ns: int
        )

        # A stretch of a session, in nanoseconds since its start.
        type Stretch (from_ns: int, to_ns: int)

        # Where something was covered, or would be: rows by table; and samples of sound.
        type RedactionInfo (
            session: string,
            trial: bool,
            rows: [string]int,
            silenced_samples: int,
            sha256: ?string
        )

        # What the storage period of a study's protocol has made due.
        type DueInfo (
            participant: string,
            session: string,
            kind: string,
            stopped_utc_ns: int,
            retention_until_utc_ns: int
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

        # Carries out that a participant withdraws. scope is keep (stop, and keep what there is), all (delete all that
        # there is of them), or a tier of consent (delete the data of that tier alone). A session that records is
        # stopped as withdrawn; of a tier, none may be recording. trial tells what would go and changes nothing.
        # reason is withdrawn (the default) or retention; sessions names those that are meant, else all. It is
        # answered when everything is done and what remains was looked through; a daemon that ends before goes on
        # with it when it starts.
        method Withdraw(
            study: string,
            participant: string,
            scope: string,
            reason: ?string,
            sessions: ?[]string,
            trial: ?bool,
            actor: ?string
        ) -> (removal: RemovalInfo)

        # Writes into a study's audit trail what another program did for a user of its own: an export, its end, what was
        # handed out of it, or a link that lets somebody in. The detail holds names and numbers, no words of people: at
        # most 16 members, of small letters, digits and '-', and of 300 characters each.
        method NoteAction(
            study: string,
            action: (export, export_cancel, export_delete, export_download, access_link),
            detail: [string]string,
            actor: ?string
        ) -> ()

        # What must not be used any more, of one study or of all.
        method ListTombstones(study: ?string) -> (tombstones: []TombstoneInfo)

        # Sessions whose storage period (retention of the protocol) is over, by participant and session.
        method ListDue(study: string) -> (due: []DueInfo)

        # Covers words in all that a finished session and its review hold in words (turns, drafts, events, logs of
        # models, annotations, transcripts, ratings), and silences stretches of its sound, given in nanoseconds since
        # its start. Words are found whole, in any case, however accents are composed, and covered unit by unit; also in
        # the bodies of models' requests and answers. Codes of keys that typed a turn or draft with such a word go.
        # trial tells the places and changes nothing.
        method Redact(
            session: string,
            texts: []string,
            cover: ?string,
            silence: ?[]Stretch,
            trial: ?bool,
            actor: ?string
        ) -> (redaction: RedactionInfo)

        # Puts a finished session whose file somebody laid into the study's folder into the study's index: an import, or a
        # copy from elsewhere. file is below the folder, PARTICIPANT/NAME.attune. A session that the index has is
        # answered as well; one that was deleted, or belongs to somebody else, is refused.
        method TakeInSession(study: string, file: string, actor: ?string) -> (session: string)

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
