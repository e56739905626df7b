"""The whole job, through the command line, with real HTTP, a real database and real SMTP."""
