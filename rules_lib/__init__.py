"""Suricata rules for AWS Network Firewall: parse, choose, link, pack, plan, apply, report."""
