"""prelaunch: what would make a container crash at start, found before it is built."""
