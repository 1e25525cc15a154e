"""Alert logs in the account, counted by its own engines, day by day.

- `log_folder`: logs in S3, by Athena
- `log_group`: logs in CloudWatch Logs, by Logs Insights
- `recount`: which days are to be counted, and what is kept of them
"""
