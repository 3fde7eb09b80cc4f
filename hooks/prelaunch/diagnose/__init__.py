"""`prelaunch diagnose`: a pasted crash to its likely causes in this repository."""
