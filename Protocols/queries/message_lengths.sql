-- A row is a participant: how many messages they sent in all sessions, and how long these are, in characters as
-- a person counts them.
SELECT study, participant,
    COUNT(*) AS messages,
    SUM(characters) AS chars,
    MIN(characters) AS shortest,
    MEDIAN(characters) AS median_length,
    AVG(characters) AS mean_length,
    MAX(characters) AS longest
FROM turns
WHERE author = 'participant'
GROUP BY study, participant
ORDER BY study, participant
