"""What runs while deliberations are open, without Discord: states, live drafting, the schedule, the bot's own notes."""
