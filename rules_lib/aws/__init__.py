"""The only package that talks to AWS and to feeds: nothing else imports boto3."""
