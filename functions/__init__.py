"""The Lambda functions as deployed."""
