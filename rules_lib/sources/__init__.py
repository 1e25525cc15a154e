"""Addresses of feeds and what serves them: http, files, objects of a bucket."""
