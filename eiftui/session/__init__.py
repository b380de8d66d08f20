"""What is kept: the journal, its records, what they add up to, and exports. Opening a session never runs anything."""
