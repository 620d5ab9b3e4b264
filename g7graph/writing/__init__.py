"""Writing: a change is tried, derived, validated, saved as Turtle, and only then seen by anybody."""
