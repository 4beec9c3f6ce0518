-- A row is an answer to an item that is answered by a number, with how often it was given: what figures of Likert
-- scales draw.
SELECT study, phase, questionnaire, variable, number, COUNT(*) AS given,
    COUNT(DISTINCT participant) AS participants
FROM answers
WHERE number IS NOT NULL
GROUP BY study, phase, questionnaire, variable, number
ORDER BY study, phase, questionnaire, variable, number
