"""The audit: everything that is known of one repository, or of thousands, laid out for people and for programs."""
