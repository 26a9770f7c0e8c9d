"""One file a command, or a few that belong together: `run(options) -> exit status`."""
