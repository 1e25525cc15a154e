"""Athena: SELECTs over Glue tables and the objects of S3, by DuckDB.

moto takes a query and answers with nothing. What a query uses that is not known here is refused,
never passed over.
"""
