"""The audit of many repositories: where they come from, the work on each, where the results are kept, their page."""
