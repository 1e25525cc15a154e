"""Many accounts and regions: `config/targets.yaml` as values, and the rings by which they take."""
