-- How far somebody has read is a receipt (step 2) like what they were sent (0) and have acknowledged (1), and whoever has read has acknowledged.
INSERT OR IGNORE INTO receipts (channel, subscriber, user, step, through, after, at, connected)
SELECT c.id, 'http-' || mark.key, mark.key, step.value, json_extract(mark.value, '$.seq'), 0,
       CAST(ROUND((julianday(json_extract(mark.value, '$.at')) - 2440587.5) * 86400000) AS INTEGER), NULL
FROM documents AS d
JOIN channels AS c ON c.name = 'rooms/' || d.key
JOIN json_each(CAST(d.body AS TEXT)) AS mark
JOIN json_each('[1,2]') AS step
WHERE d.collection = 'rooms-read';

DELETE FROM documents WHERE collection = 'rooms-read';
