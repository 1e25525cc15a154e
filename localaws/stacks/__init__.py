"""CloudFormation stacks that run: what moto leaves out between `sam deploy` and a function's run.

moto keeps stacks, but expands no SAM template, has functions without code that runs, and delivers
no event to them. This package, in the server only, expands the template as a change set is made,
runs the uploaded packages in clean virtual environments, whose processes stay for the next event,
delivers what EventBridge matches, has state machines run, and gives a role to nobody but those whom
it trusts.
Alarms, lifecycles and public access are not held: what a template says of them, a test has to read.
"""
