"""What keeps a daemon in order for years: its logs, alerts, retention, its watch and its word to the system."""
