"""One self-contained HTML page: nothing is loaded from anywhere, and without its script it is still a whole page."""
