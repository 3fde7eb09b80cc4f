"""Places: where images are built. Each module turns what a reader found in one kind of file into builds."""
