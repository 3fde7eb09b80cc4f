"""CI systems: what a workflow file says before any of it runs (jobs, variables, matrices, expressions)."""
