"""`prelaunch review`: the findings as one review of a pull request. The only part of prelaunch that uses a network."""
