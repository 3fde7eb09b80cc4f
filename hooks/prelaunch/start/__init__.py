"""The first steps: finding the platforms, writing the configuration, and what a shell and an editor need."""
