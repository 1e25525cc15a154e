"""Queries over logs, carried out: Athena's, and those of CloudWatch Logs Insights.

moto takes both and answers with nothing. Insights reads the events of the mocked log groups; what a
query uses that is not known here is refused, never passed over.
"""
