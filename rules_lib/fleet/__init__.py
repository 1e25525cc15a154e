"""Many accounts and regions: what each target may take, and one target's build."""
