"""Git repositories, read from their objects: nothing is checked out, nothing of their configuration runs."""
