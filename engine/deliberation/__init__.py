"""The deliberation, pure: `decide` turns commands into events, `evolve` and `fold` events into a state."""
