"""Links to other people's data: proposing them, taking what a person accepted, handing them over as SSSOM."""
