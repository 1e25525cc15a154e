-- What fired on each day: one text for Amazon Athena (Trino) and for DuckDB. `lines` has a log
-- line a row, in a column `line`: an alert record of Network Firewall, or NULL where it is no JSON.
-- The places in braces are filled in by `query.py` with dates, numbers and names, never with text
-- of a log. A row without a sid counts lines that are no alerts; one without a day, lines that
-- cannot be read.
WITH record AS (
  SELECT
    json_extract_scalar(line, '$.event.timestamp') AS stamp,
    try_cast(json_extract_scalar(line, '$.event.alert.signature_id') AS bigint) AS sid,
    coalesce(
      json_extract_scalar(line, '$.event.verdict.action'),
      json_extract_scalar(line, '$.event.alert.action')
    ) AS word,
    json_extract_scalar(line, '$.event.verdict.reject[0]') AS answer,
    json_extract_scalar(line, '$.aws_metadata.resource_arn') AS arn,
    try_cast(json_extract_scalar(line, '$.event.flow_id') AS bigint) AS flow,
    json_extract_scalar(line, '$.event.src_ip') AS source,
    json_extract_scalar(line, '$.event.dest_ip') AS destination
  FROM {table}
  WHERE {partitions}
),
timed AS (
  SELECT
    *,
    CASE
      WHEN stamp LIKE '____-__-__T__:__:__%' AND (stamp LIKE '%+0000' OR stamp LIKE '%Z')
      THEN try_cast(replace(substr(stamp, 1, 19), 'T', ' ') AS timestamp)
    END AS moment,
    coalesce(sid BETWEEN 1 AND {sid_max}, false) AS fired
  FROM record
),
dated AS (
  SELECT *, cast(moment AS date) AS day, moment IS NOT NULL AND fired AS hit FROM timed
),
hits AS (
  SELECT
    day,
    CASE WHEN hit THEN sid END AS sid,
    CASE WHEN hit THEN moment END AS moment,
    CASE
      WHEN hit AND word = 'drop' AND answer IS NOT NULL THEN 'reject'
      WHEN hit THEN substr(word, 1, 10)
    END AS word,
    CASE
      WHEN hit AND arn LIKE '%:stateful-rulegroup/%' THEN substr(split_part(arn, '/', 2), 1, 128)
    END AS rule_group,
    CASE WHEN hit THEN flow END AS flow,
    CASE WHEN hit THEN substr(source, 1, 45) END AS source,
    CASE WHEN hit THEN substr(destination, 1, 45) END AS destination
  FROM dated
  WHERE day IS NULL OR day BETWEEN DATE '{first}' AND DATE '{last}'
),
-- Read once, counted four ways; a WITH that is named twice is read twice by Athena, and paid twice.
counted AS (
  SELECT
    day, sid, word, rule_group, flow, source, destination,
    grouping(flow, source, destination) AS apart,  -- 7 nothing, 3 flows, 5 sources, 6 destinations
    count(*) AS number, min(moment) AS earliest, max(moment) AS latest
  FROM hits
  GROUP BY GROUPING SETS (
    (day, sid, word, rule_group),
    (day, sid, word, rule_group, flow),
    (day, sid, word, rule_group, source),
    (day, sid, word, rule_group, destination)
  )
)
SELECT
  day, sid, word, rule_group,
  max(number) FILTER (WHERE apart = 7) AS number,
  count(flow) FILTER (WHERE apart = 3) AS flows,
  count(source) FILTER (WHERE apart = 5) AS sources,
  count(destination) FILTER (WHERE apart = 6) AS destinations,
  cast(min(earliest) AS varchar) AS earliest,
  cast(max(latest) AS varchar) AS latest,
  {top_sources} AS top_sources,
  {top_destinations} AS top_destinations
FROM counted
GROUP BY day, sid, word, rule_group
ORDER BY day, sid, word, rule_group
