"""Metrics for alarms and the dashboard, and notices for people."""
