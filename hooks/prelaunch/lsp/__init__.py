"""prelaunch in an editor: findings as one types, quick fixes, and what is known of a build, by the LSP."""
